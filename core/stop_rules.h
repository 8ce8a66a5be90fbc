// When a study has had enough. Pure functions of the study: the manager adds the clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/study.h"

namespace tuner {

struct StopRules {
  std::uint64_t trials = 100;             // total of finished trials, failed ones included, replicates and imports not
  std::optional<double> target;           // value of the first objective that is good enough
  std::optional<std::uint64_t> patience;  // finished trials without a better one
  std::uint64_t max_failures = 10;        // the study cannot work if its first trials all fail; 0 = never stop
  std::uint64_t replicates = 0;           // of each leader, once nothing new is to be tried
};

// Why no new trial should start, for people, or nothing. Trials that run may still finish.
std::optional<std::string> reason_to_stop(const StopRules& rules, const Study& study);

// How many more trials may be started: those that the rules allow, less those that run; once there is a reason to stop,
// the replicates that wait.
std::uint64_t trials_left_to_start(const StopRules& rules, const Study& study);

// No trial was ever complete or pruned, and max_failures of this epoch failed, or all that the study should have.
bool cannot_work(const StopRules& rules, const Study& study);

}  // namespace tuner
