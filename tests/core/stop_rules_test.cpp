#include "core/stop_rules.h"

#include <gmock/gmock.h>

#include "tests/core/study_builder.h"

namespace tuner {
namespace {

using ::testing::HasSubstr;
using testing::StudyBuilder;

TEST(StopRules, AStudyOfTenTrialsStartsNoEleventh) {
  StudyBuilder builder;
  StopRules rules;
  rules.trials = 3;
  builder.suggest({0.1, 0.2, 0.3, 0.4});
  builder.run(0, 1);
  builder.start(1);
  builder.start(2);

  EXPECT_EQ(trials_left_to_start(rules, builder.study()), 0U);
  EXPECT_EQ(reason_to_stop(rules, builder.study()), std::nullopt);
  builder.end(1, Cause::value, {1});
  builder.end(2, Cause::timeout, {});
  EXPECT_THAT(reason_to_stop(rules, builder.study()).value_or(""), HasSubstr("all 3 trials"));
}

TEST(StopRules, TheTargetIsReachedByTheBestValue) {
  StudyBuilder builder;
  StopRules rules;
  rules.target = 0.5;
  builder.suggest({0.1, 0.2});

  builder.run(0, 0.6);
  EXPECT_EQ(reason_to_stop(rules, builder.study()), std::nullopt);
  builder.run(1, 0.5);
  EXPECT_THAT(reason_to_stop(rules, builder.study()).value_or(""), HasSubstr("target 0.5"));
}

TEST(StopRules, PatienceEndsAfterTrialsWithoutImprovement) {
  StudyBuilder builder;
  StopRules rules;
  rules.patience = 2;
  builder.suggest({0.1, 0.2, 0.3});

  builder.run(0, 1);
  builder.run(1, 2);
  EXPECT_EQ(reason_to_stop(rules, builder.study()), std::nullopt);
  builder.fail(2, Cause::crash);
  EXPECT_THAT(reason_to_stop(rules, builder.study()).value_or(""), HasSubstr("did not improve in 2"));
}

TEST(StopRules, AStudyWhoseFirstTrialsAllFailCannotWorkAndSaysWhy) {
  StudyBuilder builder;
  StopRules rules;
  rules.max_failures = 2;
  builder.suggest({0.1, 0.2});

  builder.fail(0, Cause::exception);
  EXPECT_FALSE(cannot_work(rules, builder.study()));
  builder.fail(1, Cause::exception);
  EXPECT_TRUE(cannot_work(rules, builder.study()));
  EXPECT_THAT(reason_to_stop(rules, builder.study()).value_or(""), HasSubstr("all 2 trials failed: why"));
}

TEST(StopRules, AStudyInWhichEveryTrialFailedIsNotDone) {
  StudyBuilder builder;
  StopRules rules;
  rules.trials = 2;
  builder.suggest({0.1, 0.2});

  builder.fail(0, Cause::crash);
  EXPECT_FALSE(cannot_work(rules, builder.study()));
  builder.fail(1, Cause::crash);

  EXPECT_TRUE(cannot_work(rules, builder.study()));
  EXPECT_EQ(reason_to_stop(rules, builder.study()), "all 2 trials failed: why");
}

TEST(StopRules, AResumedStudyGetsItsChanceToWorkAgain) {
  StudyBuilder builder;
  StopRules rules;
  rules.max_failures = 1;
  builder.suggest({0.1, 0.2});
  builder.fail(0, Cause::exception);

  builder.apply(EpochStarted{EpochNumber{2}, 400, "{}"});

  EXPECT_FALSE(cannot_work(rules, builder.study()));
}

TEST(StopRules, FailuresAfterASuccessDoNotEndTheStudy) {
  StudyBuilder builder;
  StopRules rules;
  rules.max_failures = 2;
  builder.suggest({0.1, 0.2, 0.3});

  builder.run(0, 1);
  builder.fail(1, Cause::crash);
  builder.fail(2, Cause::crash);

  EXPECT_FALSE(cannot_work(rules, builder.study()));
}

}  // namespace
}  // namespace tuner
