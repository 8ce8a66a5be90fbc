#include "core/retry_policy.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "tests/core/study_builder.h"

namespace tuner {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::StudyBuilder;

void retry(StudyBuilder& builder, std::uint64_t trial, RankId rank) {
  const std::uint32_t attempt = builder.study().trial(TrialId{trial}).attempt + 1;
  builder.apply(AttemptStarted{TrialId{trial}, attempt, rank, 200});
  builder.apply(AttemptRetried{TrialId{trial}, attempt, Cause::crash, 300, 1, "crashed"});
}

void next_epoch(StudyBuilder& builder) {
  builder.apply(EpochStarted{EpochNumber{builder.study().epochs().size() + 1}, 400, "{}"});
}

TEST(RetryPolicy, OnlyWhatTheRankMayBeToBlameForIsTriedAgain) {
  for (const Cause cause : {Cause::crash, Cause::out_of_memory}) EXPECT_TRUE(should_retry({}, Trial{}, cause));
  for (const Cause cause :
       {Cause::value, Cause::pruned, Cause::bad_value, Cause::exception, Cause::timeout, Cause::lost, Cause::preempted})
    EXPECT_FALSE(should_retry({}, Trial{}, cause));
}

TEST(RetryPolicy, TheConfigurationIsBlamedAfterAsManyRetriesAsAllowed) {
  StudyBuilder builder;
  builder.suggest({0.1});
  const auto once_more = [&](std::uint64_t retries) {
    return should_retry({.retries = retries}, builder.study().trial(TrialId{0}), Cause::crash);
  };
  EXPECT_FALSE(once_more(0));

  retry(builder, 0, RankId{1});

  EXPECT_FALSE(once_more(1));
  EXPECT_TRUE(once_more(2));
}

TEST(RetryPolicy, OnceAnAttemptMayFailUndecided) {
  StudyBuilder builder;
  builder.suggest({0.1});
  const auto trial = [&]() -> const Trial& { return builder.study().trial(TrialId{0}); };
  EXPECT_FALSE(may_be_tried_undecided({.retries = 1}, trial())) << "it has not failed";

  retry(builder, 0, RankId{1});
  EXPECT_TRUE(may_be_tried_undecided({.retries = 1}, trial()));
  EXPECT_TRUE(should_retry_undecided({.retries = 1}, trial(), Cause::crash));
  EXPECT_FALSE(should_retry_undecided({.retries = 1}, trial(), Cause::timeout));

  retry(builder, 0, RankId{2});
  EXPECT_FALSE(may_be_tried_undecided({.retries = 1}, trial()));
  EXPECT_FALSE(should_retry_undecided({.retries = 1}, trial(), Cause::crash));
}

TEST(RetryPolicy, LostAndPreemptedAttemptsDoNotCountAgainstTheRetries) {
  StudyBuilder builder;
  builder.suggest({0.1});
  builder.fail(0, Cause::lost);
  builder.fail(0, Cause::preempted);

  EXPECT_TRUE(should_retry({.retries = 1}, builder.study().trial(TrialId{0}), Cause::crash));
}

TEST(RetryPolicy, ARetriedTrialKnowsWhereItFailedUntilItEnds) {
  StudyBuilder builder;
  builder.suggest({0.1, 0.2});
  builder.apply(RankJoined{RankId{2}, "n7"});
  retry(builder, 0, RankId{2});

  const std::optional<Place> place = failed_at(builder.study(), TrialId{0});

  ASSERT_TRUE(place);
  EXPECT_EQ(place->rank, RankId{2});
  EXPECT_EQ(place->host, "n7");
  EXPECT_FALSE(failed_at(builder.study(), TrialId{1}));
  EXPECT_THAT(builder.study().waiting(), ElementsAre(TrialId{0}, TrialId{1}));
  builder.start(0);
  EXPECT_EQ(failed_at(builder.study(), TrialId{0})->rank, RankId{2});
  builder.end(0, Cause::value, {0.5});
  EXPECT_FALSE(failed_at(builder.study(), TrialId{0}));
}

TEST(RetryPolicy, ARetryThatIsCutShortStillKnowsWhereTheTrialFailed) {
  for (const Cause cause : {Cause::lost, Cause::preempted}) {
    StudyBuilder builder;
    builder.suggest({0.1});
    retry(builder, 0, RankId{2});
    builder.fail(0, cause);
    next_epoch(builder);

    ASSERT_TRUE(failed_at(builder.study(), TrialId{0}));
    EXPECT_EQ(failed_at(builder.study(), TrialId{0})->rank, RankId{2});
  }
}

TEST(RetryPolicy, ATrialReturnedUnbegunStillKnowsWhereItFailed) {
  StudyBuilder builder;
  builder.suggest({0.1});
  retry(builder, 0, RankId{2});
  builder.start(0);
  builder.apply(AttemptReturned{TrialId{0}, 2});

  EXPECT_EQ(failed_at(builder.study(), TrialId{0})->rank, RankId{2});
}

TEST(RetryPolicy, ATrialThatRanAtThreeDeathsIsSuspect) {
  StudyBuilder builder;
  builder.suggest({0.1, 0.2});
  builder.fail(0, Cause::lost);
  builder.fail(0, Cause::lost);
  EXPECT_THAT(suspects({}, builder.study()), IsEmpty());
  builder.start(0);
  next_epoch(builder);

  EXPECT_THAT(suspects({}, builder.study()), ElementsAre(TrialId{0}));
  EXPECT_THAT(suspects({.max_lost = 0}, builder.study()), IsEmpty());
  EXPECT_THAT(suspects({.max_lost = 4}, builder.study()), IsEmpty());
}

TEST(RetryPolicy, WhatFailedOnlyAtRanksThatWereTakenOutIsInDoubt) {
  StudyBuilder builder;
  builder.suggest({0.1, 0.2, 0.3, 0.4, 0.5, 0.6});
  for (const std::uint64_t rank : {1, 2, 3}) builder.apply(RankJoined{RankId{rank}, "n7"});
  const auto fail_at = [&](std::uint64_t trial, RankId rank, Cause cause) {
    const std::uint32_t attempt = builder.study().trial(TrialId{trial}).attempt + 1;
    builder.apply(AttemptStarted{TrialId{trial}, attempt, rank, 200});
    builder.end(trial, cause, {});
  };
  retry(builder, 0, RankId{2});
  fail_at(0, RankId{1}, Cause::lost);
  fail_at(0, RankId{3}, Cause::crash);
  retry(builder, 1, RankId{2});
  fail_at(1, RankId{1}, Cause::crash);  // which is not taken out
  retry(builder, 2, RankId{2});
  fail_at(2, RankId{3}, Cause::exception);
  retry(builder, 3, RankId{2});
  builder.run(3, 0.5);
  retry(builder, 4, RankId{2});  // waits
  fail_at(5, RankId{2}, Cause::out_of_memory);
  EXPECT_THAT(doubtful_failures(builder.study()), IsEmpty());

  for (const std::uint64_t rank : {2, 3}) builder.apply(RankQuarantined{RankId{rank}, 400, "sick"});

  EXPECT_THAT(doubtful_failures(builder.study()), ElementsAre(TrialId{0}, TrialId{5}));
  builder.suggest({0.1});
  EXPECT_THAT(doubtful_failures(builder.study()), ElementsAre(TrialId{5})) << "trial 0 is tried again";
  next_epoch(builder);
  builder.suggest({0.8});
  builder.apply(AttemptStarted{TrialId{7}, 1, RankId{2}, 500});
  builder.apply(AttemptEnded{TrialId{7}, 1, Cause::crash, 600, 1, {}, {}, {}, "crashed"});
  EXPECT_THAT(doubtful_failures(builder.study()), ElementsAre(TrialId{5})) << "the rank was mended since";
}

TEST(RetryPolicy, PreemptionIsNoDeath) {
  StudyBuilder builder;
  builder.suggest({0.1});
  for (int time = 0; time < 10; ++time) {
    builder.fail(0, Cause::preempted);
    next_epoch(builder);
  }

  EXPECT_THAT(suspects({}, builder.study()), IsEmpty());
}

TEST(RetryPolicy, TheDeathOfTheWholeRunSuspectsEveryTrialThatRanAtAllOfThem) {
  StudyBuilder builder;
  builder.suggest({0.1, 0.2, 0.3, 0.4, 0.5});
  for (std::uint64_t death = 0; death < 3; ++death) {
    builder.apply(RankJoined{RankId{0}, "n0"});
    builder.apply(RankJoined{RankId{1}, "n1"});
    builder.apply(AttemptStarted{TrialId{0}, builder.study().trial(TrialId{0}).attempt + 1, RankId{0}, 1});
    builder.apply(AttemptStarted{TrialId{1}, builder.study().trial(TrialId{1}).attempt + 1, RankId{1}, 1});
    builder.start(2 + death);
    next_epoch(builder);
    builder.run(2 + death, 1);
  }

  EXPECT_THAT(suspects({}, builder.study()), ElementsAre(TrialId{0}, TrialId{1}));
}

TEST(RetryPolicy, ASuspectHasFailedAndStaysPendingForTheStrategy) {
  StudyBuilder builder;
  builder.suggest({0.1, 0.2});
  for (int time = 0; time < 3; ++time) builder.fail(0, Cause::lost);
  builder.apply(Suspected{TrialId{0}, 500, "three deaths"});

  const Study& study = builder.study();
  EXPECT_EQ(study.trial(TrialId{0}).state, TrialState::failed);
  EXPECT_THAT(study.finished(), ElementsAre(TrialId{0}));
  EXPECT_EQ(study.failed_count(), 1U);
  EXPECT_EQ(study.failures().back().message, "three deaths");
  EXPECT_THAT(study.pending(), ElementsAre(TrialId{1}));
  EXPECT_THAT(pending_for_strategy(study), ElementsAre(TrialId{0}, TrialId{1}));
  EXPECT_FALSE(teaches(study.trial(TrialId{0})));
}

TEST(RetryPolicy, OnlyAWaitingTrialCanBeSuspected) {
  StudyBuilder builder;
  builder.suggest({0.1});
  builder.start(0);

  EXPECT_THROW(builder.apply(Suspected{TrialId{0}, 500, "why"}), DamagedStudy);
}

TEST(RetryPolicy, ARetryOfAnEarlierAttemptIsLateAndChangesNothing) {
  StudyBuilder builder;
  builder.suggest({0.1});
  builder.fail(0, Cause::lost);
  builder.start(0);

  builder.apply(AttemptRetried{TrialId{0}, 1, Cause::crash, 300, 1, "crashed"});

  EXPECT_EQ(builder.study().late_results(), 1U);
  EXPECT_EQ(builder.study().trial(TrialId{0}).state, TrialState::running);
}

}  // namespace
}  // namespace tuner
