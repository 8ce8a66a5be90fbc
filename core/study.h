// The state of a study: a pure function of its events. `apply` is the only way to change it, so that a live run, a
// resume and a reader of a file are the same code. One thread; readers take a snapshot of the log, not of this.
#pragma once

#include <cmath>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/definition.h"
#include "core/event.h"
#include "core/ledger.h"
#include "core/trial.h"

namespace tuner {

struct IntermediateValue {
  std::uint32_t attempt = 1;
  std::int64_t step = 0;
  double value = 0;
};

struct Epoch {
  EpochNumber number;
  double started = 0;
  double ended = 0;                   // NaN while it runs or where it was killed
  std::string facts;                  // JSON
  std::string end_reason;             // empty where it was killed
  std::uint64_t searched_before = 0;  // Study::searched() when it started
  std::optional<AllocationSeen> allocation = {};
  bool blocked = false;     // to start it again in the same way changes nothing
  bool progressed = false;  // a trial ended, or reported a step that it had not come to before
  bool cut_short = false;   // trials that ran were given back
};

struct HoldoutLook {
  TrialId trial;
  double time = 0;
  std::string metrics;  // JSON object
};

struct QuarantinedRank {
  EpochNumber epoch;
  RankId rank;
  std::uint32_t host = 0;  // its place in Study::hosts()
  double time = 0;
  std::string reason;
};

struct RequestSeen {
  EpochNumber epoch;
  Requested request;
  std::string refused = {};  // why it was not done; empty: it was
};

struct Failure {
  TrialId trial;
  std::uint32_t attempt = 1;
  Cause cause = Cause::crash;
  std::string message;
  RankId rank;
  std::uint32_t host = 0;  // its place in Study::hosts()
  double started = 0;      // NaN: no attempt, but the trial was given up (Suspected)
  double ended = 0;

  bool is_verdict() const { return std::isnan(started); }
};

class Study {
 public:
  // Throws DamagedStudy where the event contradicts what came before (unknown trial, wrong number of values, …).
  void apply(const Event& event);

  bool created() const { return definition_.has_value(); }
  const StudyDefinition& definition() const { return *definition_; }
  const SearchSpace& space() const { return definition_->space; }

  std::size_t trial_count() const { return trials_.size(); }
  const Trial& trial(TrialId id) const { return trials_[id.value]; }
  std::span<const double> configuration(TrialId id) const;  // size of the space
  std::span<const double> fidelities(TrialId id) const;
  std::span<const double> values(TrialId id) const;       // one for each objective, NaN where there is none
  std::span<const double> constraints(TrialId id) const;  // one for each constraint, NaN where there is none
  std::span<const IntermediateValue> intermediate(TrialId id) const;
  std::string_view note(TrialId id) const;                                       // JSON of the strategy: why this point
  const std::vector<std::pair<std::string, double>>& metrics(TrialId id) const;  // notes of the objective

  // In the order in which the results arrived: what strategies are told.
  const std::vector<TrialId>& finished() const { return finished_; }
  std::uint64_t failed_count() const { return failed_count_; }  // finished trials that failed
  std::uint64_t searched() const { return searched_; }          // finished trials but for replicates and imported ones
  // In the order in which they should run: interrupted ones, enqueued ones, the others.
  const std::deque<TrialId>& waiting() const { return waiting_; }
  const std::set<TrialId>& running() const { return running_; }
  std::vector<TrialId> pending() const;  // waiting and running, in the order of their numbers

  std::uint64_t suggested() const { return suggested_; }  // trials of origin strategy
  AskNumber next_ask() const { return next_ask_; }
  bool exhausted() const { return exhausted_; }  // by the strategy of this epoch
  const std::vector<Epoch>& epochs() const { return epochs_; }
  const Ledger& ledger() const { return ledger_; }
  // Of this study's ranks, each once; the first is "", which stands for a host that is not recorded.
  const std::vector<std::string>& hosts() const { return hosts_; }
  const std::vector<TrialId>& suspected() const { return suspected_; }
  const std::vector<QuarantinedRank>& quarantined() const { return quarantined_; }
  const std::vector<Failure>& failures() const { return failures_; }  // every attempt that failed, lost ones included
  const std::vector<RequestSeen>& requests() const { return requests_; }
  bool paused() const { return paused_; }  // by a request, until another lets it go on or stops it
  const std::vector<HoldoutLook>& holdout_looks() const { return holdout_looks_; }
  const std::map<std::string, std::string>& settings() const { return settings_; }  // with later changes
  std::uint64_t late_results() const { return late_results_; }
  std::uint64_t strategy_restarts() const { return strategy_restarts_; }
  bool ended() const;  // the last epoch said goodbye

  // The best feasible complete trial by the first objective; nothing where there is none. A replicate is never it (its
  // configuration is an older trial's, and of many runs of one configuration the luckiest would win), nor is an
  // imported trial (another study's).
  std::optional<TrialId> best() const { return best_; }
  bool feasible(TrialId id) const;  // every constraint <= 0
  std::uint64_t finished_since_best() const { return finished_.size() - finished_at_best_; }

 private:
  void on(const StudyCreated& event);
  void on(const EpochStarted& event);
  void on(const EpochEnded& event);
  void on(const Asked& event);
  void on(const Answered& event);
  void on(const TrialAdded& event);
  void on(const Discarded& event);
  void on(const StrategyRestarted& event);
  void on(const AttemptStarted& event);
  void on(const AttemptReturned& event);
  void on(const Reported& event);
  void on(const AttemptEnded& event);
  void on(const SettingChanged& event);
  void on(const HoldoutScored& event);
  void on(const RankJoined& event);
  void on(const AttemptRetried& event);
  void on(const Suspected& event);
  void on(const RankQuarantined& event);
  void on(const Requested& event);
  void on(const AllocationSeen& event);
  void on(const Blocked& event);
  void on(const RequestRefused& event);
  void on(const Kept& event);
  void on(const JobSuspended& event);

  void add(const NewTrial& added, Trial trial);
  void queue(TrialId id);
  Trial& known_trial(TrialId id);
  bool is_running_attempt(TrialId id, std::uint32_t attempt);
  std::uint32_t host_of(RankId rank) const;
  void add_request(const Requested& request, const std::string& refused);
  void add_failure(TrialId id, Cause cause, const std::string& message, double time);
  void wait_again(TrialId id, Cause cause);
  void finish(TrialId id, const AttemptEnded& event);
  void conclude(TrialId id, TrialState state);
  void consider_as_best(TrialId id);

  std::optional<StudyDefinition> definition_;
  std::vector<Trial> trials_;
  std::vector<double> configurations_;  // n × size of the space
  std::vector<double> fidelities_;      // n × fidelities
  std::vector<double> values_;          // n × objectives
  std::vector<double> constraints_;     // n × constraints
  std::map<TrialId, std::vector<IntermediateValue>> intermediate_;
  std::map<TrialId, std::int64_t> furthest_step_;  // that was ever reported
  std::map<TrialId, std::string> notes_;
  std::map<TrialId, std::vector<std::pair<std::string, double>>> metrics_;

  std::vector<TrialId> finished_;
  std::deque<TrialId> waiting_;
  std::set<TrialId> running_;
  std::map<AskNumber, std::pair<std::uint32_t, std::uint32_t>> open_asks_;  // known and pending trials at the ask
  std::uint64_t suggested_ = 0;
  AskNumber next_ask_;
  bool exhausted_ = false;
  std::vector<Epoch> epochs_;
  Ledger ledger_;
  std::vector<Failure> failures_;
  std::vector<std::string> hosts_ = {""};
  std::map<RankId, std::uint32_t> host_of_rank_;  // of this epoch
  std::vector<TrialId> suspected_;
  std::vector<QuarantinedRank> quarantined_;
  std::vector<RequestSeen> requests_;
  bool paused_ = false;
  std::vector<HoldoutLook> holdout_looks_;
  std::map<std::string, std::string> settings_;
  std::uint64_t late_results_ = 0;
  std::uint64_t strategy_restarts_ = 0;
  std::uint64_t failed_count_ = 0;
  std::uint64_t searched_ = 0;
  std::optional<TrialId> best_;
  std::uint64_t finished_at_best_ = 0;  // how many trials were finished when best_ was found, itself included
};

// Values equal, inactive parameters included.
bool same_configuration(std::span<const double> one, std::span<const double> other);

// Whether one of its trials, finished or not, has this configuration; imported ones are another study's.
bool has_configuration(const Study& study, std::span<const double> configuration);

}  // namespace tuner
