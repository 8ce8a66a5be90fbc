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

TEST(Quarantine, WhileLittleIsKnownOneFailureMakesARankDoubtful) {
  Quarantine quarantine;
  EXPECT_EQ(quarantine.suspicion(kSick.rank), 0U);

  quarantine.failed(kSick, TrialId{0});
  EXPECT_GT(quarantine.suspicion(kSick.rank), 0U);

  quarantine.succeeded(kSick, TrialId{1});
  EXPECT_EQ(quarantine.suspicion(kSick.rank), 0U);
}

TEST(Quarantine, WhereMostConfigurationsFailARowOfFailuresIsNoReasonForDoubt) {
  Quarantine quarantine;
  for (std::uint64_t trial = 0; trial < 60; ++trial) {
    quarantine.failed(kNeighbour, TrialId{trial});
    quarantine.blamed(kHealthy, TrialId{trial});
  }
  for (std::uint64_t trial = 60; trial < 68; ++trial) quarantine.failed(kSick, TrialId{trial});
  EXPECT_EQ(quarantine.suspicion(kSick.rank), 0U) << "(60 / 80)^8 = 0.1";

  for (std::uint64_t trial = 68; trial < 71; ++trial) quarantine.failed(kSick, TrialId{trial});
  EXPECT_GT(quarantine.suspicion(kSick.rank), 0U) << "(60 / 80)^11 = 0.04";
}

// What they do must not become the rule that they are judged by.
TEST(Quarantine, TwoRanksThatBlameEachOthersTrialsAreSoonDoubted) {
  Quarantine quarantine;
  quarantine.succeeded(kNeighbour, TrialId{0});
  std::uint64_t trial = 1;
  while (trial < 100 && (quarantine.suspicion(kSick.rank) == 0 || quarantine.suspicion(kNeighbour.rank) == 0)) {
    const bool neighbour_decides = quarantine.suspicion(kNeighbour.rank) == 0;
    quarantine.failed(neighbour_decides ? kSick : kNeighbour, TrialId{trial});
    quarantine.blamed(neighbour_decides ? kNeighbour : kSick, TrialId{trial});
    ++trial;
  }

  EXPECT_LE(trial, 5U);
}

TEST(Quarantine, WhereTrialsFailByChanceEverywhereALongerRowIsNeeded) {
  Quarantine quarantine;
  std::uint64_t trial = 0;
  for (; trial < 60; ++trial) {  // of each three trials of two healthy ranks one fails first
    const bool is_first = trial % 2 == 0;
    const bool fails = trial % 6 < 2;
    if (fails) quarantine.failed(is_first ? kHealthy : kNeighbour, TrialId{trial});
    quarantine.succeeded(is_first != fails ? kHealthy : kNeighbour, TrialId{trial});
  }
  for (const std::uint64_t end = trial + 5; trial < end; ++trial)
    fail_there_and_succeed_elsewhere(quarantine, kSick, trial);
  EXPECT_THAT(quarantine.sick_ranks(), IsEmpty());

  for (const std::uint64_t end = trial + 10; trial < end; ++trial)
    fail_there_and_succeed_elsewhere(quarantine, kSick, trial);
  EXPECT_THAT(quarantine.sick_ranks(), ElementsAre(RankId{1}));
}

TEST(Quarantine, AHostIsSickWhereSeveralOfItsRanksAre) {
  Quarantine quarantine;
  fail_there_and_succeed_elsewhere(quarantine, kSick, 0);
  fail_there_and_succeed_elsewhere(quarantine, kNeighbour, 1);
  fail_there_and_succeed_elsewhere(quarantine, kSick, 2);

  EXPECT_THAT(quarantine.sick_ranks(), IsEmpty());
  EXPECT_THAT(quarantine.sick_hosts(), ElementsAre("n1"));
}

TEST(Quarantine, AHostIsSuspectUntilSomethingSucceedsThere) {
  Quarantine quarantine;
  EXPECT_FALSE(quarantine.is_host_suspect(TrialId{0}));

  quarantine.failed(kSick, TrialId{0});
  quarantine.succeeded(kHealthy, TrialId{8});
  EXPECT_TRUE(quarantine.is_host_suspect(TrialId{0}));

  quarantine.succeeded(kNeighbour, TrialId{9});
  EXPECT_FALSE(quarantine.is_host_suspect(TrialId{0}));
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
