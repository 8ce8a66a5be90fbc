#include "mpi_runner/ask_tell/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "mpi_runner/bad_value.h"
#include "mpi_runner/clock.h"
#include "mpi_runner/epoch.h"
#include "mpi_runner/signals.h"
#include "mpi_runner/text.h"

namespace tuner {
namespace {

// How long a signal may have to wait while the strategy thinks.
constexpr double kLookForSignalsEvery_s = 0.1;

void expect_count(const char* what, std::size_t told, std::size_t needed) {
  if (told != needed)
    throw UserError(fmt::format("\"{}\" has {} (the goal of this study needs {})", what, count_text(told, "number"),
                                count_text(needed)));
}

// What went wrong behind the last call is thrown by this one, though it may be mended now.
template <class Writing>
void now_or_later(Writing writing) {
  try {
    writing();
  } catch (const Interrupted&) {
    writing();
  }
}

bool same_result(const ClientResult& one, const ClientResult& other) {
  return one.cause == other.cause && same_configuration(one.values, other.values) &&
         same_configuration(one.constraints, other.constraints);
}

}  // namespace

Session::Session(std::unique_ptr<KeptStudy> kept, StrategyDriver strategy, const std::string& facts,
                 const std::vector<std::vector<double>>& enqueue, const std::vector<ImportedTrial>& imports)
    : kept_(std::move(kept)), strategy_(std::move(strategy)) {
  kept_->record(next_epoch(study(), facts));
  for (const ImportedTrial& result : imports)
    for (const Event& event : imported(study(), result)) kept_->record(event);
  for (const TrialAdded& trial : enqueued(study(), not_yet_known(enqueue, study()))) kept_->record(trial);
  kept_->commit();
}

std::vector<TrialId> Session::ask(std::size_t count) {
  const std::size_t ready = started_.size() + study().waiting().size();
  if (count > ready) suggest(count - ready);
  while (started_.size() < count && !study().waiting().empty()) start(study().waiting().front());
  kept_->commit();
  const auto given = static_cast<std::ptrdiff_t>(std::min(count, started_.size()));
  std::vector<TrialId> trials(started_.begin(), started_.begin() + given);
  started_.erase(started_.begin(), started_.begin() + given);
  return trials;
}

// The call is written before it is made, so that replay can make it again. One that a full disk kept from being made is
// made now.
void Session::suggest(std::size_t want) {
  for (bool answered = false; !answered;) {
    if (const std::optional<Asked> asked = strategy_.plan(study(), want)) {
      kept_->record(*asked);
      strategy_.recorded(study(), *asked);
    }
    if (!strategy_.asking()) break;
    kept_->commit();
    strategy_.make_call(study());
    answered = take_answer();
  }
  if (strategy_.stuck(study()))
    throw PluginError(fmt::format("strategy '{}' suggests nothing although it knows every result",
                                  study().definition().strategy.name));
}

// False: the strategy failed and was started again.
bool Session::take_answer() {
  try {
    for (;;) {
      if (const std::optional<Event> event = strategy_.poll(study())) {
        if (const auto* restarted = std::get_if<StrategyRestarted>(&*event)) {
          restart(restarted->reason);
          return false;
        }
        kept_->record(*event);
        return true;
      }
      if (stop_request() == StopRequest::leave) throw Interrupted("stopped by a signal");
      strategy_.wait_for_news(kLookForSignalsEvery_s);
    }
  } catch (const PluginError& error) {
    restart(error.what());
    throw;
  }
}

void Session::restart(const std::string& why) {
  kept_->record(StrategyRestarted{why});
  kept_->commit();
  strategy_.start();
}

void Session::start(TrialId trial) {
  in_doubt_.erase(trial);
  kept_->record(AttemptStarted{trial, study().trial(trial).attempt + 1, RankId{}, wall_time_s()});
  started_.push_back(trial);
}

void Session::tell(const ClientResult& result) {
  const auto in_doubt = in_doubt_.find(result.trial);
  if (in_doubt == in_doubt_.end() || !same_result(in_doubt->second, result)) record(result);
  write();
}

void Session::record(const ClientResult& result) {
  const Trial& trial = open_trial(result.trial);
  check(result);
  AttemptEnded ended;
  ended.trial = result.trial;
  ended.time = wall_time_s();
  ended.duration_s = result.duration_s.value_or(std::max(0.0, ended.time - trial.started));
  ended.cause = result.cause;
  ended.message = result.message;
  ended.notes = result.metrics;
  if (const std::string bad = bad_value(study().definition().goal, result.values, result.constraints); !bad.empty()) {
    ended.cause = Cause::bad_value;
    ended.message = bad;
  } else {
    ended.values = result.values;
    ended.constraints = result.constraints;
  }
  // Of an earlier epoch, and its client did not wait to be asked again.
  if (trial.state == TrialState::waiting)
    kept_->record(AttemptStarted{ended.trial, trial.attempt + 1, RankId{}, ended.time});
  ended.attempt = trial.attempt;
  kept_->record(ended);
  in_doubt_[result.trial] = result;
}

void Session::write() {
  now_or_later([this] { kept_->commit(); });
}

void Session::sync() {
  now_or_later([this] { kept_->wait_until_synced(); });
  in_doubt_.clear();
}

const Trial& Session::open_trial(TrialId id) const {
  if (id.value >= study().trial_count())
    throw UserError(fmt::format("there is no trial {} (the study has {}, counted from 0)", id.value,
                                count_text(study().trial_count(), "trial")));
  const Trial& trial = study().trial(id);
  if (!trial.is_pending())
    throw UserError(fmt::format("trial {} is {} already (the first result counts; this one is dropped)", id.value,
                                name_of(trial.state)));
  if (trial.attempt == 0)
    throw UserError(fmt::format("trial {} was not handed out yet (\"ask\" comes before \"tell\")", id.value));
  return trial;
}

void Session::check(const ClientResult& result) const {
  if (result.cause != Cause::value) return;
  const GoalInfo& goal = study().definition().goal;
  expect_count("values", result.values.size(), goal.objectives.size());
  expect_count("constraints", result.constraints.size(), goal.constraints.size());
}

void Session::close() {
  started_.clear();
  for (const AttemptEnded& trial : preempted(study())) kept_->record(trial);
  kept_->record(EpochEnded{wall_time_s(), "closed by its client"});
  kept_->commit();
  kept_->finish();
}

void Session::leave() {
  kept_->leave();
}

}  // namespace tuner
