// Where the core-seconds of a study's runs went: each rank's time from the start of its job to the end of the run,
// attributed without gaps or overlaps. Made from the event log alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/event.h"

namespace tuner {

// Of one run. Times in core-seconds; their sum is cores × (ended − began).
struct LedgerEntry {
  EpochNumber epoch;
  std::string job;   // of SLURM, with its restart; empty outside
  double began = 0;  // when the job started, or the run before it ended; seconds since 1970
  double ended = 0;  // where the run was killed or goes on: its last event or sign of life
  double cores = 0;  // of the allocation
  double useful = 0;
  double failed = 0;  // exception, bad value, time-out
  double lost = 0;
  double running = 0;
  double waiting_for_suggestion = 0;  // the next trial of the rank was not known when it had none left
  double waiting_for_manager = 0;     // it was; or trial and result were on their way
  double paused = 0;
  double suspended = 0;
  double start_up = 0;
  double tail = 0;
  double managing = 0;
  double unused = 0;

  double total() const;
  // Of the time between the first and the last trial of the ranks, but for pauses and suspensions.
  double useful_share() const;
};

struct LedgerAccount {
  const char* name;
  double LedgerEntry::*amount;
  const char* meaning;  // for people
};

// All that a run's time is attributed to, in the order in which people read it.
inline constexpr LedgerAccount kLedgerAccounts[] = {
    {"useful", &LedgerEntry::useful, "trials with a value, and pruned ones"},
    {"failed", &LedgerEntry::failed, "trials whose configuration failed"},
    {"lost", &LedgerEntry::lost, "lost to crashes, preemption and ranks that were gone"},
    {"running", &LedgerEntry::running, "trials that have not ended yet"},
    {"waiting_for_suggestion", &LedgerEntry::waiting_for_suggestion, "waiting for a suggestion"},
    {"waiting_for_manager", &LedgerEntry::waiting_for_manager, "waiting for the manager, and messages"},
    {"paused", &LedgerEntry::paused, "paused on request"},
    {"suspended", &LedgerEntry::suspended, "suspended by SLURM, which does not charge for it"},
    {"start_up", &LedgerEntry::start_up, "start-up, until a rank's first trial"},
    {"tail", &LedgerEntry::tail, "tail, after a rank's last trial"},
    {"managing", &LedgerEntry::managing, "a rank that only manages"},
    {"unused", &LedgerEntry::unused, "cores without a rank"}};

// What the files of a study tell, beyond its events, of a run that has not said goodbye.
struct OpenRun {
  enum class State { goes_on, killed } state = State::goes_on;
  double alive_until = 0;
};

class Ledger {
 public:
  void epoch_started(const EpochStarted& event);
  void epoch_ended(double time);
  // Of the run before the one that was started last: its goodbye, or its last event or sign of life.
  double previous_end() const { return closed_.empty() ? 0 : closed_.back().ended; }
  void joined(RankId rank);
  void quarantined(RankId rank);
  void paused(double time);
  void went_on(double time);
  void suspended(const JobSuspended& event);
  // What the attempt that runs there had done so many seconds after it began serves the next one, should it be cut
  // short.
  void kept(RankId rank, double after_s);
  // `known`: trials that the study has, of which this is one.
  void started(const AttemptStarted& event, std::uint64_t known);
  void ended(RankId rank, const AttemptEnded& event, std::uint64_t known);
  void retried(RankId rank, const AttemptRetried& event, std::uint64_t known);
  void returned(RankId rank, TrialId trial, std::uint64_t known);

  // One for each run, in their order. Without more knowledge, one that has not said goodbye goes on as of its last
  // event.
  std::vector<LedgerEntry> entries(const OpenRun& open = {}) const;

 private:
  // What a rank does. Its time is attributed up to `until`.
  struct Lane {
    bool joined = false;
    bool had_trial = false;
    bool gone = false;
    double until = 0;
    double paused_s = 0;                // of the time since then
    std::vector<TrialId> trials;        // that it has
    double kept_s = 0;                  // of the attempt that runs
    std::uint64_t known_when_idle = 0;  // trials of the study when it had none left
  };

  Lane& lane(RankId rank);
  void account(Lane& lane, double LedgerEntry::*account, double time, double duration_s);
  void account_cut_short(Lane& lane, double time, double duration_s);
  void release(Lane& lane, TrialId trial, std::uint64_t known);
  void close(double time, double LedgerEntry::*of_running);

  std::vector<LedgerEntry> closed_;
  LedgerEntry open_;
  bool is_open_ = false;
  std::optional<double> paused_since_;
  double cores_per_rank_ = 1;
  std::uint64_t ranks_ = 1;
  std::vector<Lane> lanes_;  // of the ranks up to the last that was heard of
};

}  // namespace tuner
