// One-off questions to a plugin, each put to a fresh, short-lived plugin host. They block, for at most
// launch.start_timeout_s where nothing else is said. They throw UserError where the plugin finds a mistake of the
// user's, PluginError where it fails, dies or answers against its contract.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/definition.h"
#include "mpi_runner/host_launch.h"
#include "mpi_runner/plugin_description.h"
#include "tuner/abi.h"

namespace tuner {

PluginDescription describe_plugin(const HostLaunch& launch);

SearchSpace plugin_space(const HostLaunch& launch, const PluginOptions& options);

// Files whose contents belong to the study's identity, as the plugin names them.
std::vector<std::string> plugin_inputs(const HostLaunch& launch, const PluginOptions& options);

// The final training of one configuration.
struct RefitCall {
  PluginOptions options;
  SearchSpace space;
  GoalInfo goal;
  std::vector<double> configuration;
  std::uint64_t seed = 0;
  tuner_refit_part part = TUNER_REFIT_ALL;
  std::filesystem::path directory;  // exists; the plugin writes the model into it
};

// Of a training; 0 while its plugin is still created.
struct TrainingTimes {
  double taken_s = 0;
  double silent_s = 0;  // since the plugin printed something
};

// Called ten times a second; what it throws ends the training.
using WhileWaiting = std::function<void(const TrainingTimes& times)>;

// Metrics as a JSON object. Without a time-out, since training takes what it takes. Throws PluginError where the plugin
// has no refit(), and Interrupted when the process is told to leave.
std::string refit(const HostLaunch& launch, const RefitCall& call);
std::string refit(const HostLaunch& launch, const RefitCall& call, const WhileWaiting& while_waiting);

}  // namespace tuner
