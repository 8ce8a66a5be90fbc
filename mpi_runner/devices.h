// The GPUs that a rank sees: by the variables of its launcher or user, else by the device files of its node.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "mpi_runner/placement.h"

namespace tuner {

using Lookup = std::function<const char*(const char* name)>;  // of environment variables; nullptr: not set

// Fills in the devices of `resources`. `device_folder` is /dev, but for tests.
void find_devices(RankResources& resources, const Lookup& variable, const std::filesystem::path& device_folder);

}  // namespace tuner
