// Drives a strategy's shared library as the manager does: asks, takes what is suggested as trials, tells their results.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/space_view.h"

namespace tuner::test {

using Configurations = std::vector<std::vector<double>>;

struct StrategySetup {
  std::string strategy;  // "grid"
  std::string space;     // as JSON
  std::map<std::string, std::string> options = {};
  std::uint64_t seed = 1;
};

// A new file of this process, removed when the process ends.
std::string temporary_file(const std::string& text);

// The plugin's description as JSON.
std::string description_of(const std::string& strategy);

class StrategyStudy {
 public:
  // Throws std::runtime_error with the plugin's message where it refuses.
  explicit StrategyStudy(StrategySetup setup);

  const SearchSpace& space() const { return view_.space(); }
  const Configurations& trials() const { return trials_; }  // all of them, in their order
  Configurations suggested_trials() const;                  // without those that were enqueued
  std::vector<std::string> trial_texts() const;             // as JSON
  bool exhausted() const { return exhausted_; }

  void take(std::uint32_t want);  // one ask; what comes becomes pending trials
  void take_one_by_one(std::uint32_t want);
  void look_ahead(std::uint32_t want);  // one ask whose suggestions are discarded
  void enqueue(std::string_view configuration);
  void finish(std::size_t count);  // tells results of the first `count` pending trials
  void finish_all();
  void restart();  // as after an interruption: made again, told all results, pending ones stay pending

 private:
  struct Plugin;

  Configurations ask(std::uint32_t want);
  void tell(std::size_t first, std::size_t last);

  StrategySetup setup_;
  SpaceView view_;
  std::shared_ptr<Plugin> plugin_;
  Configurations trials_;
  std::vector<bool> enqueued_;  // one for each trial
  std::size_t told_ = 0;        // trials finish in their order
  std::uint64_t suggested_ = 0;
  std::uint64_t asks_ = 0;
  bool exhausted_ = false;
};

}  // namespace tuner::test
