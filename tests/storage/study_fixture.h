// A study in a folder of its own, and verbs to let things happen to it.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/definition.h"
#include "core/event.h"
#include "core/study.h"

namespace tuner {

// Removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "tuner_storage_XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

// Two objectives, a constraint, a fidelity, and parameters of every type, one of them conditional.
inline StudyDefinition rich_definition() {
  const auto space = SearchSpace::from_json(R"({"parameters": [
      {"name": "eta", "type": "float", "low": 0.001, "high": 0.5, "log": true},
      {"name": "max_depth", "type": "int", "low": 2, "high": 12},
      {"name": "booster", "type": "categorical", "choices": ["gbtree", "dart"]},
      {"name": "batch", "type": "ordinal", "choices": [16, 32, 64]},
      {"name": "warm", "type": "bool"},
      {"name": "rate_drop", "type": "float", "low": 0.0, "high": 1.0, "when": {"booster": ["dart"]}},
      {"name": "drop_size", "type": "int", "low": 1, "high": 9, "when": {"booster": ["dart"]}}]})",
                                            "test");
  GoalInfo goal{.objectives = {{.name = "loss", .maximize = false}, {.name = "accuracy", .maximize = true}},
                .constraints = {"memory"},
                .fidelities = {{.name = "rounds", .low = 1, .high = 100}}};
  return {
      .study_id = "0123456789abcdef0123456789abcdef",
      .seed = 7,
      .space = space,
      .goal = goal,
      .objective = {.name = "xgb", .version = "1.2", .path = "/opt/xgb.so", .sha256 = "ab", .options = {{"k", "5"}}},
      .strategy = {.name = "random", .version = "1.0", .path = "", .sha256 = "", .options = {}},
      .inputs = {{"train.csv", "cd"}},
      .settings = {{"trials", "200"}}};
}

// What the manager records, for studies of rich_definition(): each trial has its own numbers everywhere.
inline Event epoch_started(std::uint64_t number) {
  return EpochStarted{{number}, 1000.0, R"({"host": "a"})"};
}
inline Event epoch_ended() {
  return EpochEnded{2000.0, "all trials are done"};
}
inline Event asked(std::uint64_t ask) {
  return Asked{{ask}, 1, 0};
}

inline NewTrial new_trial(std::uint64_t number) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double share = static_cast<double>(number % 10) / 10;
  const bool dart = number % 2 == 1;
  return {.trial = {number},
          .configuration = {0.01 + share / 10, 2 + static_cast<double>(number % 10), dart ? 1.0 : 0.0,
                            static_cast<double>(number % 3), dart ? 0.0 : 1.0, dart ? share : nan, dart ? 4.0 : nan},
          .fidelities = {static_cast<double>(number % 100) + 1},
          .parent = number > 0 ? std::optional(TrialId{number - 1}) : std::nullopt,
          .note = R"({"why": "test"})"};
}

inline Event answered(std::uint64_t ask, std::uint64_t trial) {
  return Answered{{ask}, 0, {new_trial(trial)}};
}
inline Event attempt_started(std::uint64_t trial, std::uint32_t attempt = 1) {
  return AttemptStarted{{trial}, attempt, {3}, 1001.0};
}
inline Event reported(std::uint64_t trial) {
  return Reported{{trial}, 1, 5, 0.5};
}
inline Event attempt_ended(std::uint64_t trial, std::uint32_t attempt = 1) {
  const auto value = static_cast<double>(trial);
  return AttemptEnded{{trial}, attempt, Cause::value, 1002.0, 0.25, {value, -value}, {-1.0}, {{"trees", value}}, ""};
}
inline Event attempt_crashed(std::uint64_t trial, std::uint32_t attempt = 1) {
  return AttemptEnded{{trial}, attempt, Cause::crash, 1002.0, 0.25, {}, {}, {}, "killed by signal 11"};
}

inline Event attempt_lost(std::uint64_t trial, std::uint32_t attempt = 1) {
  return AttemptEnded{{trial}, attempt, Cause::lost, 1002.0, 0.25, {}, {}, {}, "rank 3 was killed"};
}

// The whole life of a trial, from the ask to its result.
inline std::vector<Event> life_of_trial(std::uint64_t trial) {
  return {asked(trial), answered(trial, trial), attempt_started(trial), reported(trial), attempt_ended(trial)};
}

}  // namespace tuner
