// Drives the engine as the manager does, in this process: asks, keeps what comes as pending trials, tells what they
// gave.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/space_view.h"
#include "plugins/strategies/bayes/suggester.h"
#include "tuner/strategy.h"

namespace tuner::test {

struct StudyTrial {
  std::vector<double> configuration;
  std::string note;
  bool told = false;
  tuner_cause cause = TUNER_CAUSE_VALUE;
  std::vector<double> values;
  std::vector<double> constraints;
  tuner_origin origin = TUNER_ORIGIN_STRATEGY;
};

// NaN values = the trial crashed.
struct Outcome {
  std::vector<double> values;
  std::vector<double> constraints = {};
};
using Objective = std::function<Outcome(const std::vector<double>&)>;

class OptimizationStudy {
 public:
  explicit OptimizationStudy(const std::string& space, plugin::Goal goal = {{false}, 0, {}, {}},
                             std::uint64_t seed = 1);

  const std::vector<StudyTrial>& trials() const { return trials_; }
  const SearchSpace& space() const { return view_.space(); }
  bool exhausted() const { return exhausted_; }
  strategies::bayes::Suggester& strategy() { return *strategy_; }

  std::vector<std::size_t> take(
      std::size_t want);                        // indices of the trials that came; checks that they are in the space
  plugin::Answer look_ahead(std::size_t want);  // not taken
  void enqueue(std::vector<double> configuration);
  void import(std::vector<double> configuration, const Outcome& outcome);  // a result of an earlier study
  void tell(std::size_t trial, const Outcome& outcome);
  void restart();  // as after an interruption: made again, told all results in their order
  // One trial after the other, `workers` of them at a time.
  void run(const Objective& objective, std::size_t trials, std::size_t workers = 1);

  double best_value() const;  // least first value of this study
  std::size_t failures() const;

 private:
  void tell_strategy(std::size_t trial);

  SpaceView view_;
  plugin::Goal goal_;
  std::uint64_t seed_;
  std::unique_ptr<strategies::bayes::Suggester> strategy_;
  std::vector<StudyTrial> trials_;
  std::vector<std::size_t> told_;  // in their order
  std::uint64_t asks_ = 0;
  std::uint64_t suggested_ = 0;
  bool exhausted_ = false;
};

// "x0" ... floats between `low` and `high`.
std::string box_space(std::size_t dimensions, double low, double high);

}  // namespace tuner::test
