// A small study made of events, for tests of whoever reads studies.
#pragma once

#include <string>
#include <vector>

#include "core/study.h"

namespace tuner::testing {

// Minimizes one objective "loss" over x in [0, 1] and y in {"a", "b"}, with one constraint "size" where asked for.
inline StudyDefinition small_definition(std::vector<std::string> constraints = {}) {
  const char* space = R"({"parameters": [{"name": "x", "type": "float", "low": 0, "high": 1, "default": 0.5},
                                         {"name": "y", "type": "categorical", "choices": ["a", "b"]}]})";
  return {"0123456789abcdef0123456789abcdef",
          7,
          SearchSpace::from_json(space, "test"),
          {{{"loss", false}}, std::move(constraints), {}},
          {"objective", "1.0", "/x/objective.so", std::string(64, 'a'), {}},
          {"strategy", "1.0", "/x/strategy.so", std::string(64, 'b'), {}},
          {},
          {{"trials", "10"}}};
}

// Says what happens to a study in the words of the runner.
class StudyBuilder {
 public:
  explicit StudyBuilder(const StudyDefinition& definition = small_definition()) {
    apply(StudyCreated{definition.to_json()});
    apply(EpochStarted{EpochNumber{1}, 100, "{}"});
  }

  const Study& study() const { return study_; }
  void apply(const Event& event) { study_.apply(event); }

  // The strategy answers one ask with these values of x.
  void suggest(const std::vector<double>& xs) {
    const AskNumber ask = study_.next_ask();
    apply(Asked{ask, static_cast<std::uint32_t>(xs.size()), study_.finished().size()});
    Answered answered{ask, 0, {}};
    for (const double x : xs)
      answered.trials.push_back({TrialId{study_.trial_count() + answered.trials.size()}, {x, 0}, {}, std::nullopt, {}});
    apply(answered);
  }
  void start(std::uint64_t trial) {
    apply(AttemptStarted{TrialId{trial}, study_.trial(TrialId{trial}).attempt + 1, RankId{1}, 200});
  }
  void end(std::uint64_t trial, Cause cause, std::vector<double> values, std::vector<double> constraints = {}) {
    const std::uint32_t attempt = study_.trial(TrialId{trial}).attempt;
    apply(AttemptEnded{TrialId{trial}, attempt, cause, 300, 1.5, std::move(values), std::move(constraints), {}, "why"});
  }
  void run(std::uint64_t trial, double value, std::vector<double> constraints = {}) {
    start(trial);
    end(trial, Cause::value, {value}, std::move(constraints));
  }
  void fail(std::uint64_t trial, Cause cause) {
    start(trial);
    end(trial, cause, {});
  }

 private:
  Study study_;
};

}  // namespace tuner::testing
