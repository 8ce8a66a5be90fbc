#include "core/ledger.h"

#include <gtest/gtest.h>

#include <string>

namespace tuner {
namespace {

constexpr RankId kManager{0};
constexpr RankId kWorker{1};

AttemptStarted start(RankId rank, std::uint64_t trial, double time) {
  return {TrialId{trial}, 1, rank, time};
}

AttemptEnded end(std::uint64_t trial, double time, double duration_s, Cause cause = Cause::value) {
  AttemptEnded ended;
  ended.trial = TrialId{trial};
  ended.cause = cause;
  ended.time = time;
  ended.duration_s = duration_s;
  return ended;
}

Ledger run_from(double job_started, double time, const std::string& facts = R"("ranks": 2, "threads": 1)") {
  Ledger ledger;
  ledger.epoch_started({EpochNumber{1}, time, "{\"job_started\": " + std::to_string(job_started) + ", " + facts + "}"});
  ledger.joined(kWorker);
  return ledger;
}

double capacity(const LedgerEntry& run) {
  return run.cores * (run.ended - run.began);
}

TEST(Ledger, ARanksTimeIsAttributedWithoutGaps) {
  Ledger ledger = run_from(100, 103);
  ledger.started(start(kWorker, 0, 105), 1);
  ledger.ended(kWorker, end(0, 109, 3.5), 1);
  ledger.started(start(kWorker, 1, 110), 2);  // was not known when trial 0 ended
  ledger.ended(kWorker, end(1, 112, 2), 3);
  ledger.started(start(kWorker, 2, 112.25), 3);  // was
  ledger.ended(kWorker, end(2, 113.25, 1, Cause::exception), 3);
  ledger.epoch_ended(115);

  const LedgerEntry run = ledger.entries().at(0);
  EXPECT_EQ(run.began, 100);
  EXPECT_EQ(run.start_up, 5);
  EXPECT_EQ(run.useful, 5.5);
  EXPECT_EQ(run.failed, 1);
  EXPECT_EQ(run.waiting_for_suggestion, 1);
  EXPECT_EQ(run.waiting_for_manager, 0.75);
  EXPECT_EQ(run.tail, 1.75);
  EXPECT_EQ(run.managing, 15);
  EXPECT_EQ(run.total(), capacity(run));
}

TEST(Ledger, TimeInWhichTheJobWasSuspendedStandsApart) {
  Ledger ledger = run_from(100, 100);
  ledger.started(start(kManager, 0, 100), 1);
  ledger.started(start(kWorker, 1, 101), 2);
  ledger.suspended({160, 50});
  ledger.ended(kWorker, end(1, 161, 9), 2);
  ledger.ended(kManager, end(0, 170, 0, Cause::preempted), 2);
  ledger.epoch_ended(170);

  const LedgerEntry run = ledger.entries().at(0);
  EXPECT_EQ(run.suspended, 2 * 50);
  EXPECT_EQ(run.useful, 9);
  EXPECT_EQ(run.lost, 20);
  EXPECT_EQ(run.waiting_for_manager, 1);
  EXPECT_EQ(run.total(), capacity(run));
}

TEST(Ledger, APauseIsWithoutTheTimeInWhichTheJobWasSuspended) {
  Ledger ledger = run_from(0, 0);
  ledger.started(start(kWorker, 0, 0), 1);
  ledger.ended(kWorker, end(0, 10, 10), 1);
  ledger.paused(100);
  ledger.suspended({160, 50});
  ledger.went_on(170);
  ledger.epoch_ended(170);

  const LedgerEntry run = ledger.entries().at(0);
  EXPECT_EQ(run.paused, 20);
  EXPECT_EQ(run.suspended, 2 * 50);
  EXPECT_EQ(run.total(), capacity(run));
}

TEST(Ledger, ASuspensionIsNoLongerThanWhatIsKnownOfIt) {
  Ledger ledger = run_from(100, 100);
  ledger.started(start(kWorker, 0, 101), 1);
  ledger.suspended({110, 1e9});
  ledger.suspended({110, -5});
  ledger.epoch_ended(120);

  const LedgerEntry run = ledger.entries().at(0);
  EXPECT_EQ(run.suspended, 9 + 10);
  EXPECT_EQ(run.total(), capacity(run));
}

TEST(Ledger, TrialsHandedOutTogetherShareTheRanksTime) {
  Ledger ledger = run_from(0, 0);
  for (const std::uint64_t trial : {0U, 1U, 2U}) ledger.started(start(kWorker, trial, 0), 3);
  ledger.ended(kWorker, end(0, 2, 2), 3);
  ledger.ended(kWorker, end(1, 3, 1), 3);
  ledger.returned(kWorker, TrialId{2}, 3);
  ledger.epoch_ended(4);

  const LedgerEntry run = ledger.entries().at(0);
  EXPECT_EQ(run.useful, 3);
  EXPECT_EQ(run.tail, 1);
}

TEST(Ledger, ARunThatStartedNoTrialOnlyStartedUp) {
  Ledger ledger = run_from(1, 3);
  ledger.epoch_ended(10);

  const LedgerEntry run = ledger.entries().at(0);
  EXPECT_EQ(run.start_up, 9);
  EXPECT_EQ(run.tail, 0);
  EXPECT_EQ(run.total(), capacity(run));
}

TEST(Ledger, ARankThatNoTrialWasLeftForHasATail) {
  Ledger ledger = run_from(0, 0);
  ledger.started(start(kManager, 0, 1), 1);
  ledger.ended(kManager, end(0, 10, 9), 1);
  ledger.epoch_ended(10);

  EXPECT_EQ(ledger.entries().at(0).tail, 10);
}

TEST(Ledger, WhatDiesIsLost) {
  Ledger ledger = run_from(0, 0, R"("ranks": 3, "threads": 1)");
  ledger.joined(RankId{2});
  ledger.started(start(kWorker, 0, 0), 2);
  ledger.started(start(RankId{2}, 1, 0), 2);
  ledger.ended(kWorker, end(0, 4, 0, Cause::lost), 2);  // the rank never comes back
  ledger.retried(RankId{2}, {TrialId{1}, 1, Cause::crash, 6, 6, ""}, 2);
  ledger.epoch_ended(10);

  const LedgerEntry run = ledger.entries().at(0);
  EXPECT_EQ(run.lost, 10 + 6);
  EXPECT_EQ(run.tail, 4);
  EXPECT_EQ(run.total(), capacity(run));
}

TEST(Ledger, WhatAnAttemptKeptBeforeItWasCutShortIsNotLost) {
  Ledger ledger = run_from(0, 0, R"("ranks": 3, "threads": 1)");
  ledger.joined(RankId{2});
  ledger.started(start(kWorker, 0, 0), 2);
  ledger.started(start(RankId{2}, 1, 0), 2);
  ledger.kept(kWorker, 3);
  ledger.kept(kWorker, 5);
  ledger.kept(RankId{2}, 1);
  ledger.ended(kWorker, end(0, 6, 0, Cause::preempted), 2);
  ledger.retried(RankId{2}, {TrialId{1}, 1, Cause::crash, 6, 4, ""}, 2);  // it began 2 s after it was handed out
  ledger.started(start(kWorker, 0, 6), 2);
  ledger.ended(kWorker, end(0, 8, 2, Cause::lost), 2);
  ledger.epoch_ended(8);

  const LedgerEntry run = ledger.entries().at(0);
  EXPECT_EQ(run.useful, 5 + 1);
  EXPECT_EQ(run.lost, 1 + 3 + 2);
  EXPECT_EQ(run.waiting_for_manager, 2);
  EXPECT_EQ(run.total(), capacity(run));
}

TEST(Ledger, OfATrialThatFailsWhatItKeptIsOfNoUse) {
  Ledger ledger = run_from(0, 0);
  ledger.started(start(kWorker, 0, 0), 1);
  ledger.kept(kWorker, 3);
  ledger.ended(kWorker, end(0, 5, 5, Cause::timeout), 1);
  ledger.epoch_ended(5);

  EXPECT_EQ(ledger.entries().at(0).useful, 0);
  EXPECT_EQ(ledger.entries().at(0).failed, 5);
}

TEST(Ledger, WhatTheTrialsOfAKilledRunKeptIsNotLost) {
  Ledger ledger = run_from(0, 0);
  ledger.started(start(kWorker, 0, 1), 1);
  ledger.kept(kWorker, 6);

  EXPECT_EQ(ledger.entries({OpenRun::State::goes_on, 9}).at(0).running, 8);
  ledger.epoch_started({EpochNumber{2}, 50, R"({"job_started": 20, "predecessor_alive_until": 9})"});

  EXPECT_EQ(ledger.entries().at(0).useful, 6);
  EXPECT_EQ(ledger.entries().at(0).lost, 2);
}

TEST(Ledger, WhatRunsIsNeitherUsefulNorLostUntilTheRunIsKnownToBeKilled) {
  Ledger ledger = run_from(0, 0);
  ledger.started(start(kWorker, 0, 1), 1);
  ledger.ended(kWorker, end(0, 2, 1), 1);
  ledger.started(start(kWorker, 1, 2), 2);
  ledger.started(start(kManager, 2, 5), 3);

  EXPECT_EQ(ledger.entries().at(0).running, 3);
  EXPECT_EQ(ledger.entries().at(0).lost, 0);

  ledger.epoch_started({EpochNumber{2}, 20, R"({"job_started": 3})"});

  const auto runs = ledger.entries();
  EXPECT_EQ(runs.at(0).running, 0);
  EXPECT_EQ(runs.at(0).lost, 3);
  EXPECT_EQ(runs.at(1).began, 5) << "of the same job: where the first run ended";
}

Ledger killed_in_a_long_trial() {
  Ledger ledger = run_from(0, 0);
  ledger.started(start(kWorker, 0, 1), 1);
  return ledger;
}

TEST(Ledger, AKilledRunLostItsTrialsUpToItsLastSignOfLife) {
  Ledger ledger = killed_in_a_long_trial();

  ledger.epoch_started({EpochNumber{2}, 50, R"({"job_started": 20, "predecessor_alive_until": 9})"});

  const auto runs = ledger.entries();
  EXPECT_EQ(runs.at(0).ended, 9);
  EXPECT_EQ(runs.at(0).lost, 8);
  EXPECT_EQ(runs.at(0).total(), capacity(runs.at(0)));
  EXPECT_EQ(runs.at(1).began, 20);
}

TEST(Ledger, ALastSignOfLifeIsNeitherBeforeTheLastEventNorInTheNextRun) {
  Ledger before = killed_in_a_long_trial();
  Ledger after = killed_in_a_long_trial();

  before.epoch_started({EpochNumber{2}, 50, R"({"predecessor_alive_until": 0.5})"});
  after.epoch_started({EpochNumber{2}, 50, R"({"predecessor_alive_until": 1e300})"});

  EXPECT_EQ(before.entries().at(0).ended, 1);
  EXPECT_EQ(after.entries().at(0).ended, 50);
}

TEST(Ledger, WhatIsKnownOfTheOpenRunCountsUpToItsLastSignOfLife) {
  const Ledger ledger = killed_in_a_long_trial();

  const LedgerEntry living = ledger.entries({OpenRun::State::goes_on, 61}).at(0);
  const LedgerEntry killed = ledger.entries({OpenRun::State::killed, 61}).at(0);

  EXPECT_EQ(living.running, 60);
  EXPECT_EQ(living.lost, 0);
  EXPECT_EQ(killed.lost, 60);
  EXPECT_EQ(killed.total(), capacity(killed));
}

TEST(Ledger, PausesAreNeitherWaitingNorTail) {
  Ledger ledger = run_from(0, 0);
  ledger.started(start(kWorker, 0, 1), 2);
  ledger.paused(2);
  ledger.ended(kWorker, end(0, 4, 3), 2);  // goes on to its end
  ledger.went_on(10);
  ledger.started(start(kWorker, 1, 10.5), 2);
  ledger.ended(kWorker, end(1, 12, 1.5), 2);
  ledger.paused(13);
  ledger.paused(14);
  ledger.epoch_ended(20);

  const LedgerEntry run = ledger.entries().at(0);
  EXPECT_EQ(run.useful, 4.5);
  EXPECT_EQ(run.paused, 6 + 7);
  EXPECT_EQ(run.waiting_for_manager, 0.5);
  EXPECT_EQ(run.tail, 1);
  EXPECT_EQ(run.total(), capacity(run));
}

TEST(Ledger, APauseEndsWithItsRun) {
  Ledger ledger = run_from(0, 0);
  ledger.paused(2);
  ledger.epoch_started({EpochNumber{2}, 20, R"({"predecessor_alive_until": 9})"});
  ledger.started(start(kManager, 0, 25), 1);

  EXPECT_EQ(ledger.entries().at(0).paused, 7);
  EXPECT_EQ(ledger.entries().at(1).paused, 0);
}

TEST(Ledger, CoresOfTheAllocationThatNoRankHasAreUnused) {
  Ledger ledger = run_from(0, 0, R"("ranks": 2, "threads": 3, "cores": 8)");
  ledger.started(start(kWorker, 0, 0), 1);
  ledger.ended(kWorker, end(0, 10, 10), 1);
  ledger.epoch_ended(10);

  const LedgerEntry run = ledger.entries().at(0);
  EXPECT_EQ(run.useful, 30);
  EXPECT_EQ(run.unused, 20);
  EXPECT_EQ(run.total(), capacity(run));
}

TEST(Ledger, RanksThatShareCoresCountAsTheirPart) {
  Ledger ledger = run_from(0, 0, R"("ranks": 4, "threads": 1, "cores": 2)");
  ledger.started(start(kWorker, 0, 0), 1);
  ledger.ended(kWorker, end(0, 10, 10), 1);
  ledger.epoch_ended(10);

  const LedgerEntry run = ledger.entries().at(0);
  EXPECT_EQ(run.useful, 5);
  EXPECT_EQ(run.total(), capacity(run));
}

TEST(Ledger, FactsOfAStrangerDoNoHarm) {
  for (const char* facts : {"", "[]", R"({"ranks": -1, "threads": "x", "cores": 0, "job_started": 1e300})",
                            R"({"ranks": 1e300, "threads": 1e300})"}) {
    Ledger ledger;
    ledger.epoch_started({EpochNumber{1}, 10, facts});
    ledger.started(start(RankId{1}, 0, 5), 0);
    ledger.ended(RankId{1}, end(0, 1, -1e9), 0);
    ledger.epoch_ended(12);

    EXPECT_EQ(ledger.entries().size(), 1U) << facts;
  }
}

}  // namespace
}  // namespace tuner
