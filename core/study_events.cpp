// What each event makes of a study.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "core/error.h"
#include "core/study.h"

namespace tuner {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

void expect_size(const char* what, std::size_t found, std::size_t expected, TrialId trial) {
  if (found != expected)
    throw DamagedStudy(fmt::format("trial {} has {} {}, the study needs {}", trial.value, found, what, expected));
}

TrialState final_state(Cause cause) {
  if (cause == Cause::value) return TrialState::complete;
  return cause == Cause::pruned ? TrialState::pruned : TrialState::failed;
}

}  // namespace

void Study::apply(const Event& event) {
  if (!definition_ && !std::holds_alternative<StudyCreated>(event))
    throw DamagedStudy("the log does not begin with the study's definition");
  std::visit([this](const auto& concrete) { on(concrete); }, event);
}

void Study::on(const StudyCreated& event) {
  if (definition_) throw DamagedStudy("the log defines the study twice");
  definition_ = StudyDefinition::from_json(event.definition);
  settings_ = definition_->settings;
}

void Study::on(const EpochStarted& event) {
  epochs_.push_back({event.epoch, event.time, kNaN, event.facts, {}, searched_});
  ledger_.epoch_started(event);
  if (paused_) ledger_.paused(event.time);
  exhausted_ = false;
  open_asks_.clear();
  // Whatever ran when the last manager died without a word runs again, before anything new. Any of these trials may be
  // why it died: which rank or node went first is not known, and mpirun takes the others with it.
  const std::vector<TrialId> interrupted(running_.rbegin(), running_.rend());
  for (const TrialId id : interrupted) {
    Trial& trial = trials_[id.value];
    add_failure(id, Cause::lost, "the run was killed", std::max(ledger_.previous_end(), trial.started));
    ++trial.lost;
    wait_again(id, Cause::lost);
  }
  host_of_rank_.clear();
}

void Study::on(const EpochEnded& event) {
  if (epochs_.empty()) throw DamagedStudy("an epoch ends that never started");
  epochs_.back().ended = event.time;
  epochs_.back().end_reason = event.reason;
  ledger_.epoch_ended(event.time);
}

void Study::on(const Asked& event) {
  if (event.ask < next_ask_) throw DamagedStudy(fmt::format("ask {} appears twice", event.ask.value));
  next_ask_ = AskNumber{event.ask.value + 1};
  open_asks_[event.ask] = {static_cast<std::uint32_t>(event.told),
                           static_cast<std::uint32_t>(waiting_.size() + running_.size())};
}

void Study::on(const Answered& event) {
  const auto asked = open_asks_.extract(event.ask);
  if (asked.empty()) throw DamagedStudy(fmt::format("ask {} was answered but not asked", event.ask.value));
  Trial trial;
  trial.ask = event.ask;
  std::tie(trial.known, trial.pending) = asked.mapped();
  for (const NewTrial& suggestion : event.trials) add(suggestion, trial);
  suggested_ += event.trials.size();
  if (event.exhausted != 0) exhausted_ = true;
}

void Study::on(const TrialAdded& event) {
  Trial trial;
  trial.origin = event.origin;
  trial.known = static_cast<std::uint32_t>(finished_.size());
  trial.pending = static_cast<std::uint32_t>(waiting_.size() + running_.size());
  add(event.trial, trial);
}

void Study::on(const Discarded& event) {
  Trial& trial = known_trial(event.trial);
  const auto place = std::find(waiting_.begin(), waiting_.end(), event.trial);
  if (place == waiting_.end())
    throw DamagedStudy(fmt::format("trial {} is discarded but not waiting", event.trial.value));
  waiting_.erase(place);
  trial.state = TrialState::discarded;
}

void Study::on(const StrategyRestarted&) {
  ++strategy_restarts_;
  open_asks_.clear();
  exhausted_ = false;
}

void Study::on(const AttemptStarted& event) {
  Trial& trial = known_trial(event.trial);
  const auto place = std::find(waiting_.begin(), waiting_.end(), event.trial);
  if (place == waiting_.end())
    throw DamagedStudy(fmt::format("trial {} is started while it is {}", event.trial.value, name_of(trial.state)));
  waiting_.erase(place);
  if (event.attempt != trial.attempt + 1)
    throw DamagedStudy(
        fmt::format("trial {} goes from attempt {} to {}", event.trial.value, trial.attempt, event.attempt));
  trial.state = TrialState::running;
  trial.attempt = event.attempt;
  trial.rank = event.rank;
  trial.host = host_of(event.rank);
  trial.started = event.time;
  running_.insert(event.trial);
  if (trial.origin != Origin::imported) ledger_.started(event, trials_.size());
}

void Study::on(const AttemptReturned& event) {
  Trial& trial = known_trial(event.trial);
  if (trial.state != TrialState::running || event.attempt != trial.attempt) return;
  trial.state = TrialState::waiting;
  trial.started = kNaN;
  --trial.attempt;
  running_.erase(event.trial);
  waiting_.push_front(event.trial);
  ledger_.returned(trial.rank, event.trial, trials_.size());
}

void Study::on(const Reported& event) {
  known_trial(event.trial);
  intermediate_[event.trial].push_back({event.attempt, event.step, event.value});
  const auto [furthest, is_first] = furthest_step_.try_emplace(event.trial, event.step);
  if (!epochs_.empty() && (is_first || event.step > furthest->second)) epochs_.back().progressed = true;
  furthest->second = std::max(furthest->second, event.step);
}

void Study::on(const Kept& event) {
  if (is_running_attempt(event.trial, event.attempt)) ledger_.kept(trials_[event.trial.value].rank, event.after_s);
}

void Study::on(const AttemptEnded& event) {
  if (!is_running_attempt(event.trial, event.attempt)) {
    ++late_results_;
    return;
  }
  const Trial& trial = trials_[event.trial.value];
  if (trial.origin != Origin::imported) ledger_.ended(trial.rank, event, trials_.size());
  if (event.cause != Cause::value && event.cause != Cause::pruned)
    add_failure(event.trial, event.cause, event.message, event.time);
  if (event.cause == Cause::preempted && !epochs_.empty()) epochs_.back().cut_short = true;
  finish(event.trial, event);
}

void Study::on(const AttemptRetried& event) {
  if (!is_running_attempt(event.trial, event.attempt)) {
    ++late_results_;
    return;
  }
  add_failure(event.trial, event.cause, event.message, event.time);
  Trial& trial = trials_[event.trial.value];
  ledger_.retried(trial.rank, event, trials_.size());
  trial.duration_s = event.duration_s;
  trial.ended = event.time;
  trial.retried_for = static_cast<std::uint32_t>(failures_.size() - 1);
  ++trial.retried;
  wait_again(event.trial, event.cause);
}

void Study::on(const Suspected& event) {
  Trial& trial = known_trial(event.trial);
  const auto place = std::find(waiting_.begin(), waiting_.end(), event.trial);
  if (place == waiting_.end())
    throw DamagedStudy(fmt::format("trial {} is given up but not waiting", event.trial.value));
  waiting_.erase(place);
  trial.cause = Cause::lost;
  trial.ended = event.time;
  trial.duration_s = 0;
  failures_.push_back({.trial = event.trial,
                       .attempt = trial.attempt,
                       .cause = Cause::lost,
                       .message = event.reason,
                       .rank = trial.rank,
                       .host = trial.host,
                       .started = kNaN,
                       .ended = event.time});
  suspected_.push_back(event.trial);
  conclude(event.trial, TrialState::failed);
}

void Study::on(const RankQuarantined& event) {
  if (epochs_.empty()) throw DamagedStudy(fmt::format("rank {} is taken out of no epoch", event.rank.value));
  quarantined_.push_back({epochs_.back().number, event.rank, host_of(event.rank), event.time, event.reason});
  ledger_.quarantined(event.rank);
}

void Study::add_request(const Requested& request, const std::string& refused) {
  if (epochs_.empty()) throw DamagedStudy(fmt::format("'{}' is asked of no epoch", name_of(request.request)));
  requests_.push_back({epochs_.back().number, request, refused});
}

void Study::on(const RequestRefused& event) {
  add_request(event.request, event.reason);
}

void Study::on(const Requested& event) {
  add_request(event, "");
  if (event.request == RequestKind::enqueue) return;
  paused_ = event.request == RequestKind::pause;
  if (paused_)
    ledger_.paused(event.time);
  else
    ledger_.went_on(event.time);
}

void Study::on(const AllocationSeen& event) {
  if (epochs_.empty()) throw DamagedStudy("time is given to no epoch");
  epochs_.back().allocation = event;
}

void Study::on(const JobSuspended& event) {
  if (epochs_.empty()) throw DamagedStudy("no epoch stood still");
  ledger_.suspended(event);
}

void Study::on(const Blocked&) {
  if (epochs_.empty()) throw DamagedStudy("an epoch cannot go on that never started");
  epochs_.back().blocked = true;
}

void Study::on(const RankJoined& event) {
  auto place = std::find(hosts_.begin(), hosts_.end(), event.host);
  if (place == hosts_.end()) place = hosts_.insert(place, event.host);
  host_of_rank_[event.rank] = static_cast<std::uint32_t>(place - hosts_.begin());
  std::erase_if(quarantined_, [&](const QuarantinedRank& rank) {
    return !epochs_.empty() && rank.epoch == epochs_.back().number && rank.rank == event.rank;
  });
  ledger_.joined(event.rank);
}

void Study::on(const SettingChanged& event) {
  settings_[event.name] = event.value;
}

void Study::on(const HoldoutScored& event) {
  known_trial(event.trial);
  holdout_looks_.push_back({event.trial, event.time, event.metrics});
}

void Study::add(const NewTrial& added, Trial trial) {
  const GoalInfo& goal = definition_->goal;
  if (added.trial.value != trials_.size())
    throw DamagedStudy(fmt::format("trial {} appears where {} should", added.trial.value, trials_.size()));
  expect_size("parameters", added.configuration.size(), space().size(), added.trial);
  expect_size("fidelities", added.fidelities.size(), goal.fidelities.size(), added.trial);
  trial.parent = added.parent;
  trials_.push_back(trial);
  configurations_.insert(configurations_.end(), added.configuration.begin(), added.configuration.end());
  fidelities_.insert(fidelities_.end(), added.fidelities.begin(), added.fidelities.end());
  values_.insert(values_.end(), goal.objectives.size(), kNaN);
  constraints_.insert(constraints_.end(), goal.constraints.size(), kNaN);
  if (!added.note.empty()) notes_[added.trial] = added.note;
  queue(added.trial);
}

// What a person asked for comes before what the strategy suggests.
void Study::queue(TrialId id) {
  const auto is_asked_for = [&](TrialId other) {
    return trials_[other.value].attempt > 0 || trials_[other.value].origin == Origin::enqueued;
  };
  auto place = waiting_.end();
  if (trials_[id.value].origin == Origin::enqueued)
    place = std::find_if_not(waiting_.begin(), waiting_.end(), is_asked_for);
  waiting_.insert(place, id);
}

Trial& Study::known_trial(TrialId id) {
  if (id.value >= trials_.size()) throw DamagedStudy(fmt::format("trial {} is named before it exists", id.value));
  return trials_[id.value];
}

bool Study::is_running_attempt(TrialId id, std::uint32_t attempt) {
  const Trial& trial = known_trial(id);
  return trial.state == TrialState::running && trial.attempt == attempt;
}

std::uint32_t Study::host_of(RankId rank) const {
  const auto found = host_of_rank_.find(rank);
  return found == host_of_rank_.end() ? 0 : found->second;
}

void Study::add_failure(TrialId id, Cause cause, const std::string& message, double time) {
  const Trial& trial = trials_[id.value];
  failures_.push_back({id, trial.attempt, cause, message, trial.rank, trial.host, trial.started, time});
}

void Study::wait_again(TrialId id, Cause cause) {
  running_.erase(id);
  trials_[id.value].state = TrialState::waiting;
  trials_[id.value].cause = cause;
  waiting_.push_front(id);
}

void Study::finish(TrialId id, const AttemptEnded& event) {
  const GoalInfo& goal = definition_->goal;
  const auto store = [&](const char* what, const std::vector<double>& from, std::vector<double>& to,
                         std::size_t width) {
    if (from.empty() && event.cause != Cause::value) return;
    expect_size(what, from.size(), width, id);
    std::copy(from.begin(), from.end(), to.begin() + static_cast<std::ptrdiff_t>(id.value * width));
  };
  store("values", event.values, values_, goal.objectives.size());
  store("constraints", event.constraints, constraints_, goal.constraints.size());
  if (!event.notes.empty()) metrics_[id] = event.notes;

  Trial& trial = trials_[id.value];
  trial.cause = event.cause;
  trial.ended = event.time;
  trial.duration_s = event.duration_s;
  if (event.cause == Cause::lost) ++trial.lost;
  if (runs_again(event.cause)) return wait_again(id, event.cause);
  running_.erase(id);
  conclude(id, final_state(event.cause));
}

void Study::conclude(TrialId id, TrialState state) {
  Trial& trial = trials_[id.value];
  trial.state = state;
  finished_.push_back(id);
  if (trial.state == TrialState::failed) ++failed_count_;
  if (trial.origin != Origin::imported && !epochs_.empty()) epochs_.back().progressed = true;
  if (!is_searched(trial)) return;
  ++searched_;
  if (trial.state == TrialState::complete) consider_as_best(id);
}

void Study::consider_as_best(TrialId id) {
  const double value = values(id)[0];
  if (std::isnan(value) || !feasible(id)) return;
  const double sign = definition_->goal.objectives[0].maximize ? -1 : 1;
  if (best_ && sign * value >= sign * values(*best_)[0]) return;
  best_ = id;
  finished_at_best_ = finished_.size();
}

}  // namespace tuner
