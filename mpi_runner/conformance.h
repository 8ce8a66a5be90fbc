// What `tuner check-plugin x.so` does: tries a plugin as tuner would use it, and says check by check what it keeps of
// the contract in tuner/abi.h. Each check runs in a plugin host of its own, so that the worst plugin fails only checks.
#pragma once

#include <string>
#include <vector>

#include "mpi_runner/host_launch.h"

namespace tuner {

enum class CheckOutcome { passed, warned, failed, skipped };

struct CheckResult {
  std::string name;  // "evaluates the default configuration"
  CheckOutcome outcome = CheckOutcome::passed;
  std::string why;  // empty where it passed
};

struct ConformanceSetup {
  HostLaunch launch;
  PluginOptions options;          // as the user set them
  int random_configurations = 8;  // objectives: evaluated beside the default
  int memory_evaluations = 200;   // objectives: evaluations over which memory must not grow
  double trial_timeout_s = 60;    // a trial that takes longer fails its check
};

// All checks that apply to the plugin, in the order in which they ran. Checks that build on one that failed are left
// out. Throws UserError where the options given are not those of the plugin.
std::vector<CheckResult> check_plugin(const ConformanceSetup& setup);

// True where nothing failed; warnings and skipped checks do not count.
bool conforms(const std::vector<CheckResult>& results);

}  // namespace tuner
