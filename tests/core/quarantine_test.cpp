#include "core/quarantine.h"

#include <gmock/gmock.h>

namespace tuner {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Place kSick{RankId{1}, "n1"};
const Place kNeighbour{RankId{2}, "n1"};
const Place kHealthy{RankId{3}, "n2"};

void fail_there_and_succeed_elsewhere(Quarantine& quarantine, const Place& place, std::uint64_t trial) {
  quarantine.failed(place, TrialId{trial});
  quarantine.succeeded(kHealthy, TrialId{trial});
}

TEST(Quarantine, ThreeInARowThatSucceedElsewhereMakeARankSick) {
  Quarantine quarantine;
  for (const std::uint64_t trial : {0U, 1U}) fail_there_and_succeed_elsewhere(quarantine, kSick, trial);
  EXPECT_THAT(quarantine.sick_ranks(), IsEmpty());

  fail_there_and_succeed_elsewhere(quarantine, kSick, 2);

  EXPECT_THAT(quarantine.sick_ranks(), ElementsAre(RankId{1}));
  EXPECT_THAT(quarantine.sick_hosts(), IsEmpty());
}

TEST(Quarantine, AFailureCountsOnceItSucceededElsewhere) {
  Quarantine quarantine;
  for (const std::uint64_t trial : {0U, 1U, 2U, 3U}) quarantine.failed(kSick, TrialId{trial});
  for (const std::uint64_t trial : {3U, 1U}) quarantine.succeeded(kHealthy, TrialId{trial});
  EXPECT_THAT(quarantine.sick_ranks(), IsEmpty());

  quarantine.succeeded(kHealthy, TrialId{0});

  EXPECT_THAT(quarantine.sick_ranks(), ElementsAre(RankId{1}));
}

TEST(Quarantine, ASuccessEndsTheRow) {
  Quarantine quarantine;
  for (const std::uint64_t trial : {0U, 1U}) fail_there_and_succeed_elsewhere(quarantine, kSick, trial);
  quarantine.succeeded(kSick, TrialId{2});
  for (const std::uint64_t trial : {3U, 4U}) fail_there_and_succeed_elsewhere(quarantine, kSick, trial);

  EXPECT_THAT(quarantine.sick_ranks(), IsEmpty());
}

TEST(Quarantine, ConfigurationsThatFailEverywhereProveNothing) {
  Quarantine quarantine;
  for (const std::uint64_t trial : {0U, 1U, 2U, 3U}) {
    quarantine.failed(kSick, TrialId{trial});
    quarantine.blamed(kHealthy, TrialId{trial});
  }

  EXPECT_THAT(quarantine.sick_ranks(), IsEmpty());
}

TEST(Quarantine, ATrialThatSucceedsWhereItFailedProvesNothing) {
  Quarantine quarantine;
  for (const std::uint64_t trial : {0U, 1U, 2U}) {
    quarantine.failed(kSick, TrialId{trial});
    quarantine.succeeded(kSick, TrialId{trial});
  }

  EXPECT_THAT(quarantine.sick_ranks(), IsEmpty());
}

TEST(Quarantine, WhileNothingIsKnownOneFailureMakesARankDoubtful) {
  Quarantine quarantine;
  EXPECT_TRUE(quarantine.is_credible(kSick.rank));

  quarantine.failed(kSick, TrialId{0});
  EXPECT_FALSE(quarantine.is_credible(kSick.rank));

  quarantine.succeeded(kSick, TrialId{1});
  EXPECT_TRUE(quarantine.is_credible(kSick.rank));
}

TEST(Quarantine, WhereMostConfigurationsFailARowOfFailuresIsNoReasonForDoubt) {
  Quarantine quarantine;
  for (const std::uint64_t trial : {0U, 1U, 2U, 3U}) quarantine.failed(kSick, TrialId{trial});
  for (const std::uint64_t trial : {0U, 1U, 2U}) quarantine.blamed(kHealthy, TrialId{trial});
  quarantine.succeeded(kHealthy, TrialId{5});

  EXPECT_TRUE(quarantine.is_credible(kSick.rank)) << "0.75^4 = 0.32";

  for (std::uint64_t trial = 6; trial < 13; ++trial) quarantine.failed(kSick, TrialId{trial});
  EXPECT_FALSE(quarantine.is_credible(kSick.rank)) << "0.75^11 = 0.04";
}

TEST(Quarantine, WhatTwoRanksFailAtCountsAgainstBothThoughItProvesNothing) {
  Quarantine quarantine;
  for (int known = 0; known < 30; ++known) quarantine.knows_success();
  for (const std::uint64_t trial : {0U, 1U}) {
    quarantine.failed(kSick, TrialId{trial});
    quarantine.blamed(kNeighbour, TrialId{trial});
  }

  EXPECT_FALSE(quarantine.is_credible(kSick.rank));
  EXPECT_FALSE(quarantine.is_credible(kNeighbour.rank));
  EXPECT_THAT(quarantine.sick_ranks(), IsEmpty());
}

TEST(Quarantine, WhatEarlierRunsBlamedIsKnown) {
  Quarantine quarantine;
  quarantine.knows_blame();
  quarantine.knows_success();
  quarantine.failed(kSick, TrialId{2});

  EXPECT_TRUE(quarantine.is_credible(kSick.rank));
}

TEST(Quarantine, AHostIsSickWhereSeveralOfItsRanksAre) {
  Quarantine quarantine;
  fail_there_and_succeed_elsewhere(quarantine, kSick, 0);
  fail_there_and_succeed_elsewhere(quarantine, kNeighbour, 1);
  fail_there_and_succeed_elsewhere(quarantine, kSick, 2);

  EXPECT_THAT(quarantine.sick_ranks(), IsEmpty());
  EXPECT_THAT(quarantine.sick_hosts(), ElementsAre("n1"));
}

TEST(Quarantine, AHostWhereARankSucceedsIsNotSick) {
  Quarantine quarantine;
  fail_there_and_succeed_elsewhere(quarantine, kSick, 0);
  quarantine.succeeded(kNeighbour, TrialId{9});
  for (const std::uint64_t trial : {1U, 2U}) fail_there_and_succeed_elsewhere(quarantine, kSick, trial);

  EXPECT_THAT(quarantine.sick_ranks(), ElementsAre(RankId{1}));
  EXPECT_THAT(quarantine.sick_hosts(), IsEmpty());
}

}  // namespace
}  // namespace tuner
