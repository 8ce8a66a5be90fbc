// What a person reads at the end of a run.
#pragma once

#include <filesystem>
#include <string>

#include "core/study.h"
#include "mpi_runner/manager.h"
#include "mpi_runner/plugin_description.h"

namespace tuner {

// Why the run ended, the best configuration beside the defaults, the hold-out score, what it cost, where the file is,
// and the next command to type.
std::string summary(const Study& study, const PluginDescription& objective, const std::filesystem::path& file,
                    const RunEnd& end);

}  // namespace tuner
