#include "mpi_runner/time_plan.h"

#include <gtest/gtest.h>

#include "tests/core/study_builder.h"

namespace tuner {
namespace {

using testing::StudyBuilder;

bool keeps_nothing(TrialId) {
  return false;
}

AllocationSeen an_hour() {
  return {10000, 13600, "test"};
}

// Trials of 1.5 s, see StudyBuilder, of which all but the last have ended.
StudyBuilder seven_trials() {
  StudyBuilder builder;
  builder.suggest({0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7});
  for (std::uint64_t trial = 0; trial < 6; ++trial) builder.run(trial, 1);
  return builder;
}

constexpr TrialId kWaiting{6};

TEST(TimePlan, WithoutALimitEverythingFits) {
  TimePlan plan({}, 10010, keeps_nothing);
  const StudyBuilder builder = seven_trials();
  plan.learn(builder.study());

  EXPECT_FALSE(plan.is_limited());
  EXPECT_EQ(plan.left_s(1e12), std::numeric_limits<double>::infinity());
  EXPECT_TRUE(plan.may_start(builder.study(), kWaiting, -5));
}

TEST(TimePlan, MarginIsTakenFromTheTime) {
  TimePlan usual({}, 10010, keeps_nothing);
  usual.is_given(an_hour());
  EXPECT_DOUBLE_EQ(usual.left_s(10010), 3590 - 30);
  EXPECT_DOUBLE_EQ(usual.whole_s(), 3590 - 30);

  TimePlan wide(600, 10010, keeps_nothing);
  wide.is_given(an_hour());
  EXPECT_DOUBLE_EQ(wide.left_s(10010), 3590 - 600);

  EXPECT_DOUBLE_EQ(usual_finish_margin_s(60), 3);
}

TEST(TimePlan, LateRunIsNotFreshAndKnowsThatOthersHaveMore) {
  TimePlan plan({}, 13000, keeps_nothing);
  plan.is_given(an_hour());

  EXPECT_FALSE(plan.is_fresh());
  EXPECT_DOUBLE_EQ(plan.left_s(13000), 570);
  EXPECT_DOUBLE_EQ(plan.whole_s(), 3570);
}

TEST(TimePlan, TheFirstRunOfAnAllocationIsFreshHoweverLateItBegins) {
  TimePlan plan({}, 11000, keeps_nothing);
  plan.is_given(an_hour());

  plan.is_first_in_job(true);
  EXPECT_TRUE(plan.is_fresh());
  EXPECT_DOUBLE_EQ(plan.whole_s(), 3600 - 30 - 1000) << "the next allocation will need as long before its first trial";

  plan.is_first_in_job(false);
  EXPECT_FALSE(plan.is_fresh());
}

TEST(TimePlan, UnknownDurationsFitAlways) {
  TimePlan plan({}, 10010, keeps_nothing);
  plan.is_given(an_hour());
  StudyBuilder builder;
  builder.suggest({0.1});
  plan.learn(builder.study());

  EXPECT_TRUE(plan.may_start(builder.study(), TrialId{0}, 0.1));
  EXPECT_TRUE(plan.most_end_within(0.1));
}

TEST(TimePlan, KnownDurationsFitWhereTheTimeIsLonger) {
  TimePlan plan({}, 10010, keeps_nothing);
  plan.is_given(an_hour());
  const StudyBuilder builder = seven_trials();
  plan.learn(builder.study());

  EXPECT_TRUE(plan.may_start(builder.study(), kWaiting, 1.6));
  EXPECT_FALSE(plan.may_start(builder.study(), kWaiting, 1.4));
  EXPECT_TRUE(plan.most_end_within(1.6));
  EXPECT_FALSE(plan.most_end_within(1.4));
}

TEST(TimePlan, TrialThatWasCutShortNeedsMoreThanItHadUnlessItGoesOn) {
  StudyBuilder builder = seven_trials();
  builder.start(6);                                                                        // at 200
  builder.apply(AttemptEnded{kWaiting, 1, Cause::preempted, 290, 0, {}, {}, {}, "stop"});  // 90 s later
  TimePlan again({}, 10010, keeps_nothing);
  TimePlan goes_on({}, 10010, [](TrialId) { return true; });
  for (TimePlan* plan : {&again, &goes_on}) {
    plan->is_given(an_hour());
    plan->learn(builder.study());
  }

  EXPECT_FALSE(again.may_start(builder.study(), kWaiting, 95));
  EXPECT_TRUE(goes_on.may_start(builder.study(), kWaiting, 1));
}

TEST(TimePlan, WhatNoAllocationIsLikelyToSeeEndGetsAWholeOneOnce) {
  TimePlan plan(0, 10000, keeps_nothing);
  plan.is_given({10000, 10001, "test"});
  StudyBuilder builder = seven_trials();
  plan.learn(builder.study());

  EXPECT_TRUE(plan.may_start(builder.study(), kWaiting, 1));
  EXPECT_TRUE(plan.may_start(builder.study(), kWaiting, 0.9));
  EXPECT_FALSE(plan.may_start(builder.study(), kWaiting, 0.89));

  builder.start(6);                                                                        // at 200
  builder.apply(AttemptEnded{kWaiting, 1, Cause::preempted, 201, 0, {}, {}, {}, "stop"});  // after the whole second
  TimePlan again(0, 10000, keeps_nothing);
  again.is_given({10000, 10001, "test"});
  again.learn(builder.study());

  EXPECT_FALSE(again.may_start(builder.study(), kWaiting, 1));
}

TEST(TimePlan, WhatIsFarTooLongForAnAllocationIsNotTried) {
  TimePlan plan(0, 10000, keeps_nothing);
  plan.is_given({10000, 10000.7, "test"});
  const StudyBuilder builder = seven_trials();
  plan.learn(builder.study());

  EXPECT_FALSE(plan.may_start(builder.study(), kWaiting, 0.7));
}

TEST(TimePlan, LearnsFromResultsThatCameLater) {
  TimePlan plan({}, 10010, keeps_nothing);
  plan.is_given(an_hour());
  StudyBuilder builder;
  plan.learn(builder.study());
  builder.suggest({0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7});
  EXPECT_TRUE(plan.may_start(builder.study(), kWaiting, 0.1));

  for (std::uint64_t trial = 0; trial < 6; ++trial) builder.run(trial, 1);
  plan.learn(builder.study());

  EXPECT_FALSE(plan.may_start(builder.study(), kWaiting, 0.1));
}

}  // namespace
}  // namespace tuner
