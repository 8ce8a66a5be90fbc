// Waits for an objective to be created, before anything is made that a mistake in its options would leave behind.
#pragma once

#include <functional>

#include "mpi_runner/host_launch.h"
#include "mpi_runner/objective_host.h"

namespace tuner {

// Until create() has succeeded in the host, which was launched so. `meanwhile` is called again and again. Throws
// UserError or PluginError when the plugin's create() fails, Interrupted when the user does not want to wait.
void wait_until_created(
    ObjectiveHost& host, const HostLaunch& launch, const std::function<void()>& meanwhile = [] {});

}  // namespace tuner
