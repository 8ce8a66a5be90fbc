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
