// `tuner replay`: makes the calls again that a study's log says were made to its strategy, and compares every
// suggestion bit for bit. A strategy is a function of these calls, so whatever differs is a fault of the strategy (or a
// machine that computes differently).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/study.h"
#include "mpi_runner/strategy_host.h"

namespace tuner {

// The strategy that answers again: a StrategyHost, in tests a fake.
class ReplayStrategy {
 public:
  ReplayStrategy() = default;
  ReplayStrategy(const ReplayStrategy&) = delete;
  ReplayStrategy& operator=(const ReplayStrategy&) = delete;
  virtual ~ReplayStrategy() = default;

  virtual void start() = 0;  // a new one, told nothing
  virtual void tell(const Study& study, std::span<const TrialId> results) = 0;
  virtual void ask(const Study& study, const AskCall& call) = 0;
  virtual StrategyAnswer answer() = 0;  // to the last ask; blocks
};

struct ReplayReport {
  std::uint64_t equal = 0;                 // suggestions
  std::uint64_t differing = 0;             // suggestions
  std::uint64_t not_comparable = 0;        // suggestions of epochs that ran on another kind of machine
  std::uint64_t epochs = 0;                // compared
  std::vector<std::string> differences;    // the first ones, for people
  std::vector<std::string> incomparables;  // why, one for each epoch
};

// Feed it the study's events in their order.
class Replay {
 public:
  // `facts_here`: what an epoch on this machine would record (epoch_facts() of machine.h). Epochs of another CPU level
  // or other libraries are not compared: their last bits may differ through no fault of the strategy.
  Replay(ReplayStrategy& strategy, std::string facts_here) : strategy_(strategy), facts_here_(std::move(facts_here)) {}

  void apply(const Event& event);
  const ReplayReport& report() const { return report_; }

 private:
  void after(const EpochStarted& event);
  void after(const StrategyRestarted& event);
  void after(const Asked& event);
  void after(const Answered& event);
  template <class Other>
  void after(const Other&) {}

  void compare(const Answered& recorded, const StrategyAnswer& again);
  void differs(const std::string& what);

  ReplayStrategy& strategy_;
  std::string facts_here_;
  Study study_;
  ReplayReport report_;
  bool comparable_ = false;  // the epoch that runs
  std::uint64_t told_ = 0;   // results that the strategy knows
};

}  // namespace tuner
