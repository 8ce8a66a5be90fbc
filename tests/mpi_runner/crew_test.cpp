#include "mpi_runner/crew.h"

#include <gmock/gmock.h>

namespace tuner {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Crew, ARankHasRoomOnlyAfterItSaidThatItIsReady) {
  Crew crew(2, 0);
  EXPECT_EQ(crew.total_room(), 0U);

  crew.ready(RankId{1}, "n1");

  EXPECT_EQ(crew.room(RankId{0}), 0U);
  EXPECT_EQ(crew.room(RankId{1}), 1U);
}

TEST(Crew, AReturnedTrialEndsGivingThemTogether) {
  Crew crew(2, 0);
  for (const RankId rank : {RankId{0}, RankId{1}}) crew.ready(rank, "n");
  for (std::uint64_t trial = 0; trial < 200; ++trial) {
    crew.assigned(RankId{0}, TrialId{trial});
    crew.ended(RankId{0}, TrialId{trial}, 1e-5);
  }
  ASSERT_GT(crew.room(RankId{1}), 1U);
  crew.assigned(RankId{0}, TrialId{200});
  crew.assigned(RankId{0}, TrialId{201});

  crew.returned(RankId{0}, TrialId{201});

  EXPECT_EQ(crew.room(RankId{0}), 0U);
  EXPECT_EQ(crew.room(RankId{1}), 1U);
}

TEST(Crew, BenchedRanksTakeTrialsAgainOnceNobodyElseIsLeft) {
  Crew crew(3, 0);
  for (const RankId rank : {RankId{0}, RankId{1}}) crew.ready(rank, "n");
  crew.bench(RankId{0});
  crew.remove(RankId{1});
  EXPECT_THAT(crew.unbench_if_nobody_works(), IsEmpty()) << "rank 2 may still become ready";
  EXPECT_THAT(crew.takers(), IsEmpty());

  crew.remove(RankId{2});

  EXPECT_THAT(crew.unbench_if_nobody_works(), ElementsAre(RankId{0}));
  EXPECT_THAT(crew.takers(), ElementsAre(RankId{0}));
  EXPECT_THAT(crew.unbench_if_nobody_works(), IsEmpty());
}

TEST(Crew, LongTrialsAreGivenOneAtATime) {
  Crew crew(1, 0);
  crew.ready(RankId{0}, "n0");
  for (std::uint64_t trial = 0; trial < 100; ++trial) {
    crew.assigned(RankId{0}, TrialId{trial});
    EXPECT_EQ(crew.room(RankId{0}), 0U);
    crew.ended(RankId{0}, TrialId{trial}, 0.5);
  }

  EXPECT_EQ(crew.room(RankId{0}), 1U);
}

TEST(Crew, TrialsShorterThanAMessageAreGivenTogetherAndRefilledAtHalf) {
  Crew crew(1, 0);
  crew.ready(RankId{0}, "n0");
  for (std::uint64_t trial = 0; trial < 200; ++trial) {
    crew.assigned(RankId{0}, TrialId{trial});
    crew.ended(RankId{0}, TrialId{trial}, 1e-5);
  }

  EXPECT_EQ(crew.room(RankId{0}), 64U);
  for (std::uint64_t trial = 0; trial < 33; ++trial) crew.assigned(RankId{0}, TrialId{trial});
  EXPECT_EQ(crew.room(RankId{0}), 0U);
  crew.ended(RankId{0}, TrialId{0}, 1e-5);
  EXPECT_EQ(crew.room(RankId{0}), 32U);
}

TEST(Crew, ARemovedRankGivesItsTrialsBackAndTakesNoMore) {
  Crew crew(2, 0);
  crew.ready(RankId{1}, "n1");
  crew.assigned(RankId{1}, TrialId{7});

  EXPECT_THAT(crew.remove(RankId{1}), ElementsAre(TrialId{7}));
  EXPECT_EQ(crew.room(RankId{1}), 0U);
  EXPECT_EQ(crew.present(), 1U);
}

TEST(Crew, ElsewhereIsAnotherRankWhereThereIsOne) {
  Crew crew(2, 0);
  const Crew::FailedAt place{{RankId{0}, "n0"}};
  for (const RankId rank : {RankId{0}, RankId{1}}) crew.ready(rank, "n0");
  EXPECT_FALSE(crew.decides(RankId{0}, place));
  EXPECT_TRUE(crew.decides(RankId{1}, place));

  crew.remove(RankId{1});
  EXPECT_TRUE(crew.decides(RankId{0}, place));
}

TEST(Crew, ATrialThatFailedRunsOnAnotherHostWhileThereIsRoom) {
  Crew crew(3, 0);
  const Crew::FailedAt place{{RankId{0}, "n0"}};
  for (const RankId rank : {RankId{0}, RankId{1}}) crew.ready(rank, "n0");
  crew.ready(RankId{2}, "n2");
  EXPECT_FALSE(crew.is_next_to_decide(RankId{0}, place));
  EXPECT_FALSE(crew.is_next_to_decide(RankId{1}, place));
  EXPECT_TRUE(crew.is_next_to_decide(RankId{2}, place));

  crew.assigned(RankId{2}, TrialId{7});
  EXPECT_TRUE(crew.is_next_to_decide(RankId{1}, place)) << "rather than wait";
}

TEST(Crew, WhereTheHostIsSuspectAnotherHostDecides) {
  Crew crew(3, 0);
  const Crew::FailedAt failed{{RankId{0}, "n0"}, true};
  for (const RankId rank : {RankId{0}, RankId{1}}) crew.ready(rank, "n0");
  EXPECT_TRUE(crew.is_next_to_decide(RankId{1}, failed)) << "while there is no other host";

  crew.is_on(RankId{2}, "n2");
  crew.ready(RankId{2}, "n2");
  crew.assigned(RankId{2}, TrialId{7});

  EXPECT_FALSE(crew.is_next_to_decide(RankId{1}, failed)) << "though the other host is busy";
  EXPECT_TRUE(crew.decides(RankId{2}, failed));
}

TEST(Crew, TheWordOfTheLeastSuspiciousRankCounts) {
  Crew crew(3, 0);
  const Crew::FailedAt place{{RankId{0}, "n0"}};
  crew.ready(RankId{0}, "n0");
  for (const std::uint64_t rank : {1, 2}) crew.ready(RankId{rank}, "n2");
  crew.suspect(RankId{1}, 2);
  crew.assigned(RankId{2}, TrialId{7});

  EXPECT_FALSE(crew.decides(RankId{1}, place)) << "though the other is busy";
  EXPECT_TRUE(crew.decides(RankId{2}, place));

  crew.suspect(RankId{2}, 1);
  EXPECT_FALSE(crew.decides(RankId{1}, place));
  crew.suspect(RankId{2}, 3);
  EXPECT_TRUE(crew.decides(RankId{1}, place));
}

TEST(Crew, ARankThatRestsHasRoomForTrialsThatFailedElsewhereOnly) {
  Crew crew(1, 0);
  crew.ready(RankId{0}, "n0");

  crew.rest(RankId{0}, true);
  EXPECT_TRUE(crew.rests(RankId{0}));
  EXPECT_EQ(crew.total_room(), 0U);
  EXPECT_EQ(crew.idle(), 0U);
  EXPECT_TRUE(crew.is_idle(RankId{0}));
  EXPECT_EQ(crew.room(RankId{0}), 1U);

  crew.rest(RankId{0}, false);
  EXPECT_EQ(crew.total_room(), 1U);
}

TEST(Crew, ALostRankComesBackOnceItHasEndedWhatItHad) {
  Crew crew(2, 0);
  crew.ready(RankId{1}, "n1");
  crew.assigned(RankId{1}, TrialId{7});
  EXPECT_THAT(crew.lose(RankId{1}), ElementsAre(TrialId{7}));

  EXPECT_FALSE(crew.comes_back(RankId{1}));
  crew.ended(RankId{1}, TrialId{7}, 1);
  EXPECT_TRUE(crew.comes_back(RankId{1}));
  EXPECT_EQ(crew.room(RankId{1}), 1U);
  EXPECT_FALSE(crew.comes_back(RankId{1})) << "no news";
}

TEST(Crew, ARankThatCannotEvaluateDoesNotComeBack) {
  Crew crew(2, 0);
  crew.ready(RankId{1}, "n1");
  crew.remove(RankId{1});
  EXPECT_FALSE(crew.comes_back(RankId{1}));

  crew.lose(RankId{1});
  crew.remove(RankId{1});
  EXPECT_FALSE(crew.comes_back(RankId{1}));
}

TEST(Crew, ThatNobodyListenedIsNoSilence) {
  Crew crew(2, 0);
  crew.heard(RankId{1}, 10);

  crew.nobody_was_heard(60);

  EXPECT_THAT(crew.silent(69), IsEmpty());
  EXPECT_THAT(crew.silent(71), ElementsAre(RankId{1}));
}

TEST(Crew, RanksThatSayNothingAreFoundOnceAndTheManagerNever) {
  Crew crew(3, 0);
  crew.heard(RankId{2}, 50);

  EXPECT_THAT(crew.silent(40), ElementsAre(RankId{1}));
  crew.remove(RankId{1});
  EXPECT_THAT(crew.silent(40), IsEmpty());
}

TEST(Crew, OfARankWithoutTrialsNoGoodbyeIsMissed) {
  Crew crew(4, 0);
  for (const std::uint64_t rank : {0, 1, 2}) crew.assigned(RankId{rank}, TrialId{rank});
  EXPECT_THAT(crew.without_goodbye(), ElementsAre(RankId{1}, RankId{2}));

  crew.remove(RankId{1});

  EXPECT_THAT(crew.without_goodbye(), ElementsAre(RankId{2}));
}

}  // namespace
}  // namespace tuner
