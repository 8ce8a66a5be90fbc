// Builds the event log of a study by verbs, for tests of what reads studies.
#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "core/event.h"
#include "core/study.h"

namespace tuner::test {

inline SearchSpace small_space() {
  return SearchSpace::from_json(R"({"parameters": [
      {"name": "eta", "type": "float", "low": 0.01, "high": 1.0, "log": true, "default": 0.3},
      {"name": "depth", "type": "int", "low": 1, "high": 8, "default": 4},
      {"name": "booster", "type": "categorical", "choices": ["gbtree", "dart"]},
      {"name": "rate_drop", "type": "float", "low": 0.0, "high": 1.0, "when": {"booster": ["dart"]}}]})",
                                "test");
}

inline StudyDefinition small_definition() {
  return {.study_id = "0123456789abcdef0123456789abcdef",
          .seed = 7,
          .space = small_space(),
          .goal = {.objectives = {{.name = "logloss", .maximize = false}}, .constraints = {}, .fidelities = {}},
          .objective = {"xgb", "1.0", "/opt/tuner/xgb.so", std::string(64, 'a'), {{"data", "train.csv"}}},
          .strategy = {"random", "1.0", "/opt/tuner/random.so", std::string(64, 'b'), {}},
          .inputs = {{"train.csv", std::string(64, 'c')}},
          .settings = {{"trials", "10"}}};
}

inline constexpr const char* kFacts =
    R"({"host": "node1", "pid": 42, "ranks": 4, "cpu_level": "x86-64-v3", "libraries": {"tuner": "1.0.0"}})";

class StudyEvents {
 public:
  explicit StudyEvents(const StudyDefinition& definition = small_definition()) {
    add(StudyCreated{definition.to_json()});
  }

  StudyEvents& add(const Event& event) {
    study_.apply(event);
    log_.push_back(event);
    return *this;
  }
  StudyEvents& epoch(const std::string& facts = kFacts) {
    return add(EpochStarted{EpochNumber{study_.epochs().size() + 1}, time_, facts});
  }
  StudyEvents& said_goodbye() { return add(EpochEnded{time_, "10 trials are done"}); }

  TrialId enqueued(std::vector<double> configuration) {
    const TrialId id{study_.trial_count()};
    add(TrialAdded{Origin::enqueued,
                   {id, std::move(configuration), study_.definition().goal.highest_fidelities(), std::nullopt, ""}});
    return id;
  }
  TrialId suggested(std::vector<double> configuration, std::string note = "") {
    const TrialId id{study_.trial_count()};
    const AskNumber ask = study_.next_ask();
    add(Asked{ask, 1, study_.finished().size()});
    add(Answered{ask,
                 0,
                 {{id, std::move(configuration), study_.definition().goal.highest_fidelities(), std::nullopt,
                   std::move(note)}}});
    return id;
  }
  TrialId started(TrialId id) {
    add(AttemptStarted{id, study_.trial(id).attempt + 1, RankId{1}, time_});
    return id;
  }
  StudyEvents& completed(TrialId id, std::vector<double> values, std::vector<double> constraints = {}) {
    AttemptEnded end = ended(id, Cause::value, 2);
    end.values = std::move(values);
    end.constraints = std::move(constraints);
    return add(end);
  }
  StudyEvents& failed(TrialId id, Cause cause, std::string message) {
    AttemptEnded end = ended(id, cause, 1);
    end.message = std::move(message);
    return add(end);
  }
  TrialId ran(std::vector<double> configuration, double value) {
    const TrialId id = started(suggested(std::move(configuration)));
    completed(id, {value});
    return id;
  }

  const Study& study() const { return study_; }
  const std::vector<Event>& log() const { return log_; }

 private:
  AttemptEnded ended(TrialId id, Cause cause, double duration_s) {
    return {id, study_.trial(id).attempt, cause, time_ += duration_s, duration_s, {}, {}, {}, {}};
  }

  Study study_;
  std::vector<Event> log_;
  double time_ = 1'700'000'000;  // seconds since 1970
};

}  // namespace tuner::test
