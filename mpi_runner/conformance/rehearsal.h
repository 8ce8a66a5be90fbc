// A small study played for one strategy: asks, made-up results, and what was suggested.
#pragma once

#include <cstdint>
#include <vector>

#include "core/study.h"
#include "mpi_runner/conformance/plugin_under_test.h"
#include "mpi_runner/strategy_host.h"

namespace tuner::conformance {

// What the strategy is rehearsed on.
struct Stage {
  SearchSpace space;
  GoalInfo goal;
  std::uint64_t seed = 1;
};

Stage mixed_stage();   // all types of parameters, a log scale, a condition, a forbidden combination
Stage finite_stage();  // 6 configurations

class Rehearsal {
 public:
  Rehearsal(const PluginUnderTest& plugin, const Stage& stage);

  // What the strategy suggests. Throws UserError or PluginError as the StrategyHost does.
  StrategyAnswer ask(std::uint32_t want);

  // The oldest pending trial ends: with a value that is a function of its configuration, or by the cause.
  void finish_oldest(Cause cause = Cause::value);
  // A trial that a user wanted appears.
  void enqueue();

  std::size_t pending() const { return study_.pending().size(); }
  // Of the whole study, trial by trial.
  const std::vector<std::vector<double>>& suggested() const { return suggested_; }
  std::string describe_model() { return host_.describe_model(); }

 private:
  Study study_;
  StrategyHost host_;
  std::vector<std::vector<double>> suggested_;
};

}  // namespace tuner::conformance
