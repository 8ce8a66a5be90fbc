#include <nlohmann/json.hpp>

#include "tests/mpi_runner/commands/command_test.h"

namespace tuner {
namespace {

using nlohmann::json;
using test::StudyEvents;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Best : public test::CommandTest {
 protected:
  static StudyEvents beside_defaults() {
    StudyEvents events;
    events.epoch();
    events.completed(events.started(events.enqueued(events.study().space().defaults())), {0.5});
    events.ran({0.1, 6, 1, 0.25}, 0.125);
    events.add(HoldoutScored{TrialId{1}, 1'700'000'050, R"({"holdout_logloss": 0.2})"});
    return events;
  }
  // Minimizes loss and maximizes speed where memory allows.
  static StudyEvents two_objectives() {
    StudyDefinition definition = test::small_definition();
    definition.goal.objectives = {{"loss", false}, {"speed", true}};
    definition.goal.constraints = {"memory"};
    StudyEvents events(definition);
    events.epoch();
    const auto ran = [&](double loss, double speed, double memory) {
      events.completed(events.started(events.suggested({0.1, 6, 0, kInactive})), {loss, speed}, {memory});
    };
    ran(0.1, 1, 0);
    ran(0.2, 5, 0);
    ran(0.3, 2, 0);
    ran(0.05, 9, 1);
    return events;
  }
};

TEST_F(Best, StandsBesideTheDefaultsAndTheHoldOutScore) {
  write(beside_defaults());

  const std::string text = run("best", {study_file()});

  EXPECT_THAT(text,
              AllOf(HasSubstr("0.125 (trial 1"), HasSubstr("eta = 0.1\n"), HasSubstr("booster = \"dart\"\n"),
                    HasSubstr("defaults  0.5 (trial 0)"), HasSubstr("logloss 0.2"), HasSubstr("looked at 1 time")));
}

TEST_F(Best, SaysWhatToTakeWhenTheLeadersWereRepeated) {
  StudyEvents events;
  events.epoch();
  const auto repeated = [&](TrialId leader, double value) {
    const TrialId id{events.study().trial_count()};
    const auto configuration = events.study().configuration(leader);
    events.add(TrialAdded{Origin::replicate, {id, {configuration.begin(), configuration.end()}, {}, leader, ""}});
    events.completed(events.started(id), {value});
  };
  const TrialId lucky = events.ran({0.1, 6, 0, kInactive}, 0.1);
  const TrialId good = events.ran({0.2, 6, 0, kInactive}, 0.2);
  repeated(lucky, 0.4);
  repeated(good, 0.25);
  write(events);

  const std::string text = run("best", {study_file()});

  EXPECT_THAT(text, HasSubstr("4 finished (4 complete, 0 pruned, 0 failed; 2 of them replicates or imported)"));
  EXPECT_THAT(text, HasSubstr("take      trial 1, whose repetitions are best; the best single value was a lucky one"));
}

TEST_F(Best, HasNothingToCompareWithWhereNobodyGaveDefaults) {
  StudyDefinition definition = test::small_definition();
  definition.space =
      SearchSpace::from_json(R"({"parameters": [{"name": "x", "type": "float", "low": 0, "high": 1}]})", "");
  StudyEvents events(definition);
  events.epoch();
  events.ran(events.study().space().defaults(), 0.5);
  write(events);

  EXPECT_THAT(run("best", {study_file()}), Not(HasSubstr("defaults")));
}

TEST_F(Best, ComparesWithTheDefaultsAcrossZeroWithoutPercent) {
  StudyEvents events;
  events.epoch();
  events.completed(events.started(events.enqueued(events.study().space().defaults())), {0.5});
  events.ran({0.1, 6, 1, 0.25}, -0.25);
  write(events);

  EXPECT_THAT(run("best", {study_file()}), HasSubstr("(trial 0); the best is better by 0.75"));
}

TEST_F(Best, SaysTheSameAsJson) {
  write(beside_defaults());

  const json best = json::parse(run("best", {study_file(), "--json"}));

  EXPECT_EQ(best["trial"], 1);
  EXPECT_EQ(best["configuration"], json::parse(R"({"eta": 0.1, "depth": 6, "booster": "dart", "rate_drop": 0.25})"));
  EXPECT_EQ(best["values"], json::parse(R"({"logloss": 0.125})"));
  EXPECT_EQ(best["defaults"], json::parse(R"({"trial": 0, "values": {"logloss": 0.5}})"));
  EXPECT_EQ(best["holdout"], json::parse(R"({"metrics": {"holdout_logloss": 0.2}, "looks": 1})"));
  EXPECT_FALSE(best.contains("front"));
}

TEST_F(Best, ShowsTheParetoFrontOfSeveralObjectives) {
  write(two_objectives());

  const std::string text = run("best", {study_file()});

  EXPECT_THAT(text, HasSubstr("minimize loss, maximize speed, memory ≤ 0"));
  EXPECT_THAT(text, HasSubstr("1 of the complete trials are infeasible and left out"));
  EXPECT_THAT(text, HasSubstr("2 trials on the Pareto front"));
  EXPECT_THAT(text, HasSubstr("trial  loss  speed  memory"));
  EXPECT_THAT(text,
              AllOf(HasSubstr("\n    0   0.1      1"), HasSubstr("\n    1   0.2      5"), Not(HasSubstr("\n    2 "))));
  EXPECT_EQ(json::parse(run("best", {study_file(), "--json"}))["front"].size(), 2u);
}

TEST_F(Best, NeedsACompleteFeasibleTrial) {
  StudyEvents events;
  events.epoch();
  events.failed(events.started(events.suggested({0.9, 8, 0, kInactive})), Cause::crash, "");
  write(events);

  EXPECT_THAT(refusal("best", {study_file()}),
              HasSubstr("no best trial yet (1 finished (0 complete, 0 pruned, 1 failed)"));
}

}  // namespace
}  // namespace tuner
