// Keeps every rank busy with trials of one study: rank 0's loop. One turn takes all that has arrived, records it as
// events, plans what to ask and to hand out as events too, writes them in one go, and only then acts. It never waits
// for a rank, the strategy or the disk. One thread.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/quarantine.h"
#include "core/retry_policy.h"
#include "core/stop_rules.h"
#include "core/warm_start.h"
#include "mpi_runner/absence.h"
#include "mpi_runner/allocation.h"
#include "mpi_runner/crew.h"
#include "mpi_runner/evaluator.h"
#include "mpi_runner/messages.h"
#include "mpi_runner/pause.h"
#include "mpi_runner/progress.h"
#include "mpi_runner/request_box.h"
#include "mpi_runner/run_options.h"
#include "mpi_runner/space_shortage.h"
#include "mpi_runner/strategy_driver.h"
#include "mpi_runner/suspension.h"
#include "mpi_runner/time_plan.h"
#include "mpi_runner/transport.h"
#include "storage/study_store.h"

namespace tuner {

struct RunPlan {
  std::unique_ptr<Evaluator> evaluator;  // rank 0's own
  StrategySetup strategy;
  bool strategy_learns = true;  // its suggestions depend on results
  OnStrategyFailure on_strategy_failure = OnStrategyFailure::restart;
  StopRules rules;
  RetryPolicy retry;
  std::unique_ptr<Allocation> allocation;    // the time of this run
  bool begins_job = false;                   // JobFacts::run_begins_it
  std::optional<double> finish_margin_s;     // less this
  double silence_s = 60;                     // a rank that says nothing for so long counts as lost
  double wait_for_space_s = 60;              // on a full disk
  std::string facts;                         // JSON, see epoch_facts()
  std::string resume_command;                // of this study
  std::vector<ImportedTrial> imports;        // results of earlier studies, for the strategy
  std::vector<std::vector<double>> enqueue;  // configurations to run before the strategy's
  std::vector<SettingChanged> changes;       // of the study's settings
};

inline constexpr const char* kStopped = "stopped by a signal";

struct RunEnd {
  enum class Kind {
    complete,   // a stop rule is met, or nothing is left to try
    resumable,  // drained, out of time or without ranks
    failed,     // the study cannot work as it is
    blocked,    // no trial can end in the time that a run like this one has
    left        // TERM: everything is synced, the process should exit at once
  };
  Kind kind = Kind::complete;
  std::string reason;
};

class Manager {
 public:
  // The other ranks have had their WorkerSetup.
  Manager(Transport& transport, StudyStore& store, Progress& progress, RunPlan plan);

  // Returns when the run should end; the epoch is still open, the ranks still listen. Throws what cannot be mended
  // here.
  RunEnd run();
  // For whoever does something long between run() and end(): tells the ranks that the manager lives …
  void keep_in_touch();
  // … and says when this run's time is over, and why.
  bool out_of_time() const;
  std::string time_is_over_text() const;
  // Ends the epoch and writes the last checkpoint. The ranks still listen. Throws where there is no space for it.
  void end(const RunEnd& how);

 private:
  static constexpr RankId kSelf{0};

  void begin();
  bool take_arrived();
  void notice_suspension();
  void plan();
  bool act();
  bool write(const std::function<void()>& writing);
  void after_commit();
  std::optional<RunEnd> end_of_run();

  bool has_kept_something(TrialId trial) const;
  void look_at_earlier_runs();
  bool hear_of_time();
  double left_s() const;
  double length_s() const;
  std::string limit_text() const;
  bool time_is_over();
  bool some_trial_had_all_time() const;
  RunEnd end_by_time() const;
  RunEnd end_without_ranks() const;
  std::vector<TrialId> startable() const;
  std::uint64_t waiting_too_long(double seconds) const;
  bool worth_asking(double seconds) const;
  bool something_may_start(double seconds) const;
  std::optional<RunEnd> nothing_ends_in_time();
  bool time_can_be_the_reason() const;
  std::string quickest_text() const;

  void take_left_requests();
  bool take_requests();
  void take(const Arrived& arrived);
  std::string consequence(const Request& request, std::vector<Event>& events);
  TrialAdded enqueued_on_request(const std::string& text) const;

  void hear_goodbyes();

  bool replicating();

  bool receive();
  bool evaluate_here();
  bool hear_strategy();
  void hear(const Event& event);
  void on_stuck_strategy();
  void give_up_strategy(const std::string& why);
  void on(RankId from, WorkerReady&& message);
  void on(RankId from, WorkerBroken&& message);
  void on(RankId from, WorkerEvents&& message);
  void on(RankId, Alive&&) {}
  void on(RankId from, Goodbye&&);
  template <class Other>
  void on(RankId, Other&&) {}  // messages to workers never come here

  void join(RankId rank, const std::string& host);
  void record(const Event& event) { store_.record(event); }
  void record_result(RankId rank, AttemptEnded ended);
  bool is_tried_again(RankId rank, const AttemptEnded& ended) const;
  void learn_of_place(RankId rank, TrialId trial, Cause cause);
  void take_out_sick_ranks();
  void take_benched_ranks_back();
  void weigh_trust();
  void let_rest(RankId rank, double failed_after_s);
  void lose(RankId rank, const std::vector<TrialId>& trials, const std::string& why);
  void lose_silent_ranks();
  void give_up_suspects();
  void name_slow_ranks();
  void plan_assignments(std::uint64_t left);
  bool may_run_on(RankId rank, TrialId trial) const;
  bool may_be_tried_undecided_on(RankId rank, TrialId trial) const;
  template <class Chosen>
  std::optional<TrialId> first_waiting(std::uint64_t left, const Chosen& chosen) const;
  void assign(TrialId trial, RankId rank);
  void plan_undecided_attempts();
  void plan_without_strategy();
  std::uint64_t waiting_for_others() const;
  void plan_fallbacks(std::uint64_t left);
  void add_fallbacks(std::uint64_t count);
  void discard_stale_suggestions();
  void plan_ask(std::uint64_t left);
  double longest_idle_s() const;
  Assignment assignment_of(TrialId trial) const;
  std::size_t look_ahead() const;
  void wait();
  const Study& study() const { return store_.study(); }

  Transport& transport_;
  StudyStore& store_;
  Progress& progress_;
  RunPlan plan_;
  Crew crew_;
  Quarantine quarantine_;
  std::vector<double> rests_until_s_;  // of each rank
  Absence absence_;
  Suspension suspension_;
  StrategyDriver strategy_;
  std::vector<std::vector<Assignment>> planned_;  // for each rank, recorded and not sent
  bool restart_strategy_ = false;                 // recorded and not done
  std::optional<std::string> strategy_failure_;   // the last one, after which it is not started again
  bool said_repeat_ = false;                      // that it suggested a pending trial again
  bool draining_ = false;
  bool leave_now_ = false;   // on request
  std::string stop_reason_;  // of either
  RequestBox requests_;
  TimePlan time_;
  std::deque<std::pair<Sequence, TrialId>> unacknowledged_;  // results that a power cut could still take
  std::string last_breakdown_;                               // why the last rank could not evaluate
  const double began_s_;
  bool said_slow_ranks_ = false;
  double last_alive_s_;
  double mean_request_gap_s_ = 1;  // seconds between trials that are handed out
  double last_request_s_;
  std::optional<double> starved_since_s_;  // a rank is idle because the strategy has not answered
  SpaceShortage shortage_;
  std::vector<pollfd> descriptors_;
  Pause pause_;
};

}  // namespace tuner
