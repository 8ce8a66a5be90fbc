// Drives an objective through its C table as a plugin host does, in the test's own process.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/space_view.h"
#include "tuner/abi.h"

namespace tuner::testing {

using Settings = std::map<std::string, std::string>;

struct TrialOutcome {
  tuner_status status = TUNER_OK;
  std::string error;
  double value = 0;
  std::map<std::string, double> notes;
  std::vector<std::pair<std::int64_t, double>> reports;
  std::string log;
};

struct TrialInput {
  std::string configuration = {};  // "eta=0.1,rounds=20"; the rest takes its defaults
  std::uint64_t seed = 1;
  std::uint32_t threads = 1;
  std::function<bool()> should_stop = [] { return false; };
  tuner_stop_reason stop_reason = TUNER_STOP_PRUNE;  // where it should stop
  std::uint32_t attempt = 1;
  std::string directory = {};  // of the trial; empty: it cannot be made
  std::function<bool()> checkpoint_due = [] { return false; };
};

// One instance of an objective. The constructor throws std::runtime_error with the plugin's words if it cannot be made.
class ObjectiveDriver {
 public:
  ObjectiveDriver(const tuner_objective_v1_t& table, const Settings& settings);
  // Over another space than the plugin's own.
  ObjectiveDriver(const tuner_objective_v1_t& table, const Settings& settings, std::string_view space_json);
  ObjectiveDriver(const ObjectiveDriver&) = delete;
  ObjectiveDriver& operator=(const ObjectiveDriver&) = delete;
  ~ObjectiveDriver();

  const SearchSpace& space() const { return view_.space(); }
  TrialOutcome evaluate(const TrialInput& input) const;
  // The metrics as JSON.
  std::string refit(tuner_refit_part part, const TrialInput& input, const std::string& directory) const;

 private:
  const tuner_objective_v1_t& table_;
  SpaceView view_;
  void* instance_ = nullptr;
  Settings settings_;  // the plugin keeps pointers into these
};

// What space() says against these settings; empty if nothing.
std::string mistake_in(const tuner_objective_v1_t& table, const Settings& settings);

}  // namespace tuner::testing
