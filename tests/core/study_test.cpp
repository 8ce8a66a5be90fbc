#include "core/study.h"

#include <gmock/gmock.h>

#include <cmath>

#include "core/error.h"
#include "tests/core/study_builder.h"

namespace tuner {
namespace {

using ::testing::ElementsAre;
using testing::small_definition;
using testing::StudyBuilder;

TEST(Study, RefusesALogThatDoesNotBeginWithItsDefinition) {
  Study study;

  EXPECT_THROW(study.apply(EpochStarted{EpochNumber{1}, 0, "{}"}), DamagedStudy);
}

TEST(Study, SuggestedTrialsWaitAndKnowWhatWasKnownWhenTheyWereChosen) {
  StudyBuilder builder;
  builder.suggest({0.1});
  builder.run(0, 3);
  builder.suggest({0.2, 0.3});

  EXPECT_THAT(builder.study().waiting(), ElementsAre(TrialId{1}, TrialId{2}));
  EXPECT_EQ(builder.study().trial(TrialId{2}).known, 1U);
  EXPECT_EQ(builder.study().trial(TrialId{2}).pending, 0U);
  EXPECT_EQ(builder.study().configuration(TrialId{2})[0], 0.3);
  EXPECT_EQ(builder.study().suggested(), 3U);
}

TEST(Study, ResultsAreKeptInTheOrderOfTheirArrival) {
  StudyBuilder builder;
  builder.suggest({0.1, 0.2, 0.3});
  for (const std::uint64_t trial : {0U, 1U, 2U}) builder.start(trial);

  builder.end(2, Cause::value, {5});
  builder.end(0, Cause::timeout, {});
  builder.end(1, Cause::pruned, {4});

  EXPECT_THAT(builder.study().finished(), ElementsAre(TrialId{2}, TrialId{0}, TrialId{1}));
  EXPECT_EQ(builder.study().trial(TrialId{0}).state, TrialState::failed);
  EXPECT_EQ(builder.study().trial(TrialId{1}).state, TrialState::pruned);
  EXPECT_TRUE(std::isnan(builder.study().values(TrialId{0})[0]));
  EXPECT_EQ(builder.study().failures().size(), 1U);
}

TEST(Study, LostTrialsWaitAgainBeforeAllOthers) {
  StudyBuilder builder;
  builder.suggest({0.1, 0.2});
  builder.fail(0, Cause::lost);

  EXPECT_THAT(builder.study().waiting(), ElementsAre(TrialId{0}, TrialId{1}));
  EXPECT_TRUE(builder.study().finished().empty());
  builder.start(0);
  EXPECT_EQ(builder.study().trial(TrialId{0}).attempt, 2U);
}

TEST(Study, ANewEpochRepeatsWhateverRanInTheirOrder) {
  StudyBuilder builder;
  builder.suggest({0.1, 0.2, 0.3});
  builder.start(0);
  builder.start(1);

  builder.apply(EpochStarted{EpochNumber{2}, 400, R"({"predecessor_alive_until": 390})"});

  EXPECT_THAT(builder.study().waiting(), ElementsAre(TrialId{0}, TrialId{1}, TrialId{2}));
  EXPECT_TRUE(builder.study().running().empty());
  for (const Failure& lost : builder.study().failures()) EXPECT_EQ(lost.ended, 390) << "the last sign of life";
}

TEST(Study, TheResultOfAnEarlierAttemptIsLateAndChangesNothing) {
  StudyBuilder builder;
  builder.suggest({0.1});
  builder.fail(0, Cause::lost);
  builder.start(0);

  builder.apply(AttemptEnded{TrialId{0}, 1, Cause::value, 300, 1, {1}, {}, {}, ""});

  EXPECT_EQ(builder.study().late_results(), 1U);
  EXPECT_TRUE(builder.study().finished().empty());
  builder.end(0, Cause::value, {2});
  EXPECT_EQ(builder.study().values(TrialId{0})[0], 2);
}

TEST(Study, BestIsTheFirstOfTheSmallestFeasibleValues) {
  StudyBuilder builder(small_definition({"size"}));
  builder.suggest({0.1, 0.2, 0.3, 0.4});
  builder.run(0, 3, {-1});
  builder.run(1, 1, {0.5});
  builder.run(2, 2, {0});
  builder.run(3, 2, {0});

  EXPECT_EQ(builder.study().best(), TrialId{2});
  EXPECT_EQ(builder.study().finished_since_best(), 1U);
}

TEST(Study, BestOfAMaximizedObjectiveIsTheLargestValue) {
  StudyDefinition definition = small_definition();
  definition.goal.objectives[0].maximize = true;
  StudyBuilder builder(definition);
  builder.suggest({0.1, 0.2});
  builder.run(0, 3);
  builder.run(1, 5);

  EXPECT_EQ(builder.study().best(), TrialId{1});
}

TEST(Study, DiscardedSuggestionsNeverRun) {
  StudyBuilder builder;
  builder.suggest({0.1, 0.2});

  builder.apply(Discarded{TrialId{0}});

  EXPECT_THAT(builder.study().waiting(), ElementsAre(TrialId{1}));
  EXPECT_EQ(builder.study().trial(TrialId{0}).state, TrialState::discarded);
  EXPECT_FALSE(builder.study().trial(TrialId{0}).finished());
}

TEST(Study, PendingTrialsAreThoseThatWaitOrRun) {
  StudyBuilder builder;
  builder.suggest({0.1, 0.2, 0.3});
  builder.run(1, 1);
  builder.start(2);

  EXPECT_THAT(builder.study().pending(), ElementsAre(TrialId{0}, TrialId{2}));
}

TEST(Study, ExhaustionIsForgottenWhenTheStrategyStartsAgain) {
  StudyBuilder builder;
  builder.apply(Asked{AskNumber{0}, 1, 0});
  builder.apply(Answered{AskNumber{0}, 1, {}});
  EXPECT_TRUE(builder.study().exhausted());

  builder.apply(StrategyRestarted{"it died"});

  EXPECT_FALSE(builder.study().exhausted());
  EXPECT_EQ(builder.study().strategy_restarts(), 1U);
}

TEST(Study, ChangedSettingsReplaceThoseOfTheDefinition) {
  StudyBuilder builder;
  builder.apply(SettingChanged{"trials", "20"});

  EXPECT_EQ(builder.study().settings().at("trials"), "20");
  EXPECT_EQ(builder.study().definition().settings.at("trials"), "10");
}

struct Contradiction {
  const char* name;
  Event event;
};

class ContradictoryEvent : public ::testing::TestWithParam<Contradiction> {};

TEST_P(ContradictoryEvent, IsDamage) {
  StudyBuilder builder;
  builder.suggest({0.1, 0.2});
  builder.run(0, 1);

  EXPECT_THROW(builder.apply(GetParam().event), DamagedStudy);
}

INSTANTIATE_TEST_SUITE_P(
    Study, ContradictoryEvent,
    ::testing::Values(
        Contradiction{"SecondDefinition", StudyCreated{small_definition().to_json()}},
        Contradiction{"UnknownTrial", AttemptStarted{TrialId{9}, 1, RankId{0}, 0}},
        Contradiction{"StartOfAFinishedTrial", AttemptStarted{TrialId{0}, 2, RankId{0}, 0}},
        Contradiction{"SkippedAttempt", AttemptStarted{TrialId{1}, 2, RankId{0}, 0}},
        Contradiction{"AnswerWithoutAsk", Answered{AskNumber{7}, 0, {}}},
        Contradiction{"RepeatedAsk", Asked{AskNumber{0}, 1, 0}},
        Contradiction{"GapInTrials", TrialAdded{Origin::enqueued, {TrialId{5}, {0.1, 0}, {}, std::nullopt, {}}}},
        Contradiction{"ShortConfiguration", TrialAdded{Origin::enqueued, {TrialId{2}, {0.1}, {}, std::nullopt, {}}}},
        Contradiction{"DiscardOfAFinishedTrial", Discarded{TrialId{0}}}),
    [](const auto& test) { return test.param.name; });

TEST(Study, AResultWithTooManyValuesIsDamage) {
  StudyBuilder builder;
  builder.suggest({0.1});
  builder.start(0);

  EXPECT_THROW(builder.end(0, Cause::value, {1, 2}), DamagedStudy);
}

TEST(Study, AReturnedTrialWaitsAgainAsIfItHadNeverBeenHandedOut) {
  StudyBuilder builder;
  builder.suggest({0.1, 0.2});
  builder.start(0);
  builder.start(1);

  builder.apply(AttemptReturned{TrialId{1}, 1});

  EXPECT_EQ(builder.study().trial(TrialId{1}).state, TrialState::waiting);
  EXPECT_EQ(builder.study().trial(TrialId{1}).attempt, 0U);
  EXPECT_TRUE(builder.study().failures().empty());
  builder.run(1, 3);
  EXPECT_EQ(builder.study().trial(TrialId{1}).attempt, 1U);
}

TEST(Study, EnqueuedTrialsRunBeforeSuggestionsAndAfterInterruptedOnes) {
  StudyBuilder builder;
  builder.suggest({0.1, 0.2});
  builder.fail(0, Cause::preempted);

  builder.apply(TrialAdded{Origin::enqueued, {TrialId{2}, {0.3, 0}, {}, std::nullopt, {}}});
  builder.apply(TrialAdded{Origin::enqueued, {TrialId{3}, {0.4, 0}, {}, std::nullopt, {}}});

  EXPECT_THAT(builder.study().waiting(), ::testing::ElementsAre(TrialId{0}, TrialId{2}, TrialId{3}, TrialId{1}));
}

TEST(Study, IsPausedUntilItIsContinuedOrStopped) {
  StudyBuilder builder;

  builder.apply(Requested{RequestKind::pause, 200, "ada", ""});
  EXPECT_TRUE(builder.study().paused());
  builder.apply(Requested{RequestKind::go_on, 201, "ada", ""});
  EXPECT_FALSE(builder.study().paused());
  builder.apply(Requested{RequestKind::pause, 202, "ada", ""});
  builder.apply(EpochStarted{EpochNumber{2}, 300, "{}"});
  EXPECT_TRUE(builder.study().paused());
  builder.apply(Requested{RequestKind::stop, 301, "ada", ""});
  EXPECT_FALSE(builder.study().paused());

  ASSERT_EQ(builder.study().requests().size(), 4U);
  EXPECT_EQ(builder.study().requests()[2].epoch, EpochNumber{1});
}

TEST(Study, ARefusedRequestIsRememberedAndChangesNothing) {
  StudyBuilder builder;

  builder.apply(RequestRefused{{RequestKind::pause, 200, "ada", ""}, "not now"});

  EXPECT_FALSE(builder.study().paused());
  ASSERT_EQ(builder.study().requests().size(), 1U);
  EXPECT_EQ(builder.study().requests()[0].refused, "not now");
}

TEST(Study, AnEpochKnowsTheLatestThatWasSaidOfItsEnd) {
  StudyBuilder builder;
  EXPECT_FALSE(builder.study().epochs().back().allocation);

  builder.apply(AllocationSeen{100, 400, "SLURM_JOB_END_TIME"});
  builder.apply(AllocationSeen{100, 700, "scontrol"});
  builder.apply(Blocked{300, "too short"});

  EXPECT_EQ(builder.study().epochs().back().allocation->end, 700);
  EXPECT_TRUE(builder.study().epochs().back().blocked);
}

}  // namespace
}  // namespace tuner
