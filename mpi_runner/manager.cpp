#include "mpi_runner/manager.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/replicates.h"
#include "core/suggestion_queue.h"
#include "mpi_runner/clock.h"
#include "mpi_runner/epoch.h"
#include "mpi_runner/machine.h"
#include "mpi_runner/signals.h"
#include "mpi_runner/text.h"
#include "storage/file.h"

namespace tuner {
namespace {

constexpr RankId kSelf{0};

}  // namespace

Manager::Manager(Transport& transport, StudyStore& store, Progress& progress, RunPlan plan)
    : transport_(transport),
      store_(store),
      progress_(progress),
      plan_(std::move(plan)),
      crew_(transport.size(), steady_time_s()),
      strategy_(plan_.strategy),
      planned_(transport.size()),
      requests_(store.path(), [this](const std::string& problem) { progress_.notice(problem); }),
      time_(plan_.finish_margin_s, wall_time_s(), [this](TrialId trial) { return has_kept_something(trial); }),
      last_alive_s_(steady_time_s()),
      last_request_s_(last_alive_s_),
      shortage_(plan_.wait_for_space_s) {}

RunEnd Manager::run() {
  begin();
  while (true) {
    const bool arrived = take_arrived();
    const std::optional<RunEnd> end = end_of_run();
    if (!end && !shortage_.lasts()) plan();
    const bool written = write([this] { store_.commit(); });
    if (end && (written || end->kind == RunEnd::Kind::left)) return *end;
    const bool acted = written && act();
    after_commit();
    if (arrived || acted) {
      pause_.reset();
    } else {
      wait();
    }
  }
}

// False where the disk is full: then nothing that was recorded may be acted upon; it is kept, and written later. Throws
// NoSpace when that takes too long.
bool Manager::write(const std::function<void()>& writing) {
  if (!shortage_.time_to_try(steady_time_s())) return false;
  try {
    writing();
  } catch (const NoSpace& error) {
    const bool is_news = !shortage_.lasts();
    if (shortage_.too_long(steady_time_s()))
      throw NoSpace(fmt::format("{} Waited {} for space. Go on with: tuner --resume {}", error.what(),
                                duration_text(plan_.wait_for_space_s), store_.path().string()));
    if (is_news)
      progress_.notice(fmt::format("{} No trial is handed out meanwhile; waiting up to {} for space", error.what(),
                                   duration_text(plan_.wait_for_space_s)));
    return false;
  }
  if (shortage_.end()) progress_.notice("there is space again, everything is written; the run goes on");
  return true;
}

void Manager::begin() {
  record(next_epoch(study(), plan_.facts));
  for (const SettingChanged& change : plan_.changes) record(change);
  for (const ImportedTrial& imported : plan_.imports) record(imported);
  for (const TrialAdded& trial : enqueued(study(), plan_.enqueue)) record(trial);
  give_up_suspects();
  hear_of_time();
  take_left_requests();
  store_.commit();
  strategy_.start();
}

void Manager::record(const ImportedTrial& imported) {
  NewTrial trial = imported.trial;
  trial.trial = TrialId{study().trial_count()};
  const double now_s = wall_time_s();
  record(TrialAdded{Origin::imported, trial});
  record(AttemptStarted{trial.trial, 1, kSelf, now_s});
  record(AttemptEnded{
      trial.trial, 1, Cause::value, now_s, imported.duration_s, imported.values, imported.constraints, {}, {}});
}

bool Manager::take_arrived() {
  const bool messages = receive();
  const bool results = evaluate_here();
  const bool suggestions = hear_strategy();
  lose_silent_ranks();
  const bool time = hear_of_time();
  const bool requests = take_requests();
  return messages || results || suggestions || time || requests;
}

bool Manager::receive() {
  bool any = false;
  while (std::optional<Envelope> envelope = transport_.receive()) {
    any = true;
    crew_.heard(envelope->from, steady_time_s());
    std::visit([&](auto&& message) { on(envelope->from, std::forward<decltype(message)>(message)); },
               message_from(envelope->bytes));
  }
  return any;
}

bool Manager::evaluate_here() {
  if (!crew_.present(kSelf)) return false;
  try {
    std::vector<Event> events = plan_.evaluator->advance();
    if (plan_.evaluator->ready()) join(kSelf, host_name());
    const bool any = !events.empty();
    if (any) on(kSelf, WorkerEvents{std::move(events)});
    return any;
  } catch (const UserError& error) {
    on(kSelf, WorkerBroken{host_name(), error.what()});
  } catch (const PluginError& error) {
    on(kSelf, WorkerBroken{host_name(), error.what()});
  }
  return true;
}

bool Manager::hear_strategy() {
  if (restart_strategy_ || strategy_failure_) return false;
  try {
    const std::optional<Event> event = strategy_.poll(study());
    if (event) hear(*event);
    return event.has_value();
  } catch (const PluginError& error) {
    give_up_strategy(error.what());
    return true;
  }
}

void Manager::hear(const Event& event) {
  if (const auto* restarted = std::get_if<StrategyRestarted>(&event)) {
    progress_.notice(restarted->reason + "; starting it again");
    restart_strategy_ = true;
  }
  if (const auto* answered = std::get_if<Answered>(&event); answered && !said_repeat_) {
    const std::optional<Repeat> repeat = repeat_of_pending(study(), answered->trials);
    if (repeat)
      progress_.notice(
          fmt::format("strategy '{}' suggests trial {} again, which is not finished, as trial {} "
                      "(it is run again, with another seed; this is said once)",
                      study().definition().strategy.name, repeat->of.value, repeat->trial.value));
    said_repeat_ = repeat.has_value();
  }
  record(event);
}

void Manager::give_up_strategy(const std::string& why) {
  strategy_failure_ = why;
  strategy_.abandon();
  if (plan_.on_strategy_failure != OnStrategyFailure::fallback) return;
  progress_.notice(why + "; going on with points drawn at random");
  record(StrategyRestarted{why});
}

void Manager::on(RankId from, WorkerReady&& message) {
  join(from, message.host);
}

void Manager::join(RankId rank, const std::string& host) {
  if (crew_.ready(rank, host)) record(RankJoined{rank, host});
}

void Manager::on(RankId from, WorkerBroken&& message) {
  last_breakdown_ = message.message;
  lose(from, fmt::format("cannot evaluate on {}: {}", message.host, message.message));
}

void Manager::on(RankId from, WorkerEvents&& message) {
  for (Event& event : message.events) {
    if (auto* ended = std::get_if<AttemptEnded>(&event)) {
      record_result(from, std::move(*ended));
      continue;
    }
    if (const auto* returned = std::get_if<AttemptReturned>(&event)) crew_.returned(from, returned->trial);
    record(event);
  }
}

void Manager::record(const Event& event) {
  store_.record(event);
}

void Manager::record_result(RankId rank, AttemptEnded ended) {
  ended.time = wall_time_s();
  crew_.ended(rank, ended.trial, ended.duration_s);
  const TrialId trial = ended.trial;
  if (should_retry(plan_.retry, study().trial(trial), ended.cause)) {
    quarantine_.failed({rank, crew_.host(rank)}, trial);
    return record(AttemptRetried{trial, ended.attempt, ended.cause, ended.time, ended.duration_s, ended.message});
  }
  learn_of_place(rank, trial, ended.cause);
  unacknowledged_.emplace_back(store_.record(ended), trial);
}

void Manager::learn_of_place(RankId rank, TrialId trial, Cause cause) {
  if (cause == Cause::value || cause == Cause::pruned) {
    quarantine_.succeeded({rank, crew_.host(rank)}, trial);
    if (study().trial(trial).retried > 0) take_out_sick_ranks();
  } else {
    quarantine_.blamed(trial);
  }
}

// Never the last one that works.
void Manager::take_out_sick_ranks() {
  const std::vector<RankId> ranks = quarantine_.sick_ranks();
  const std::vector<std::string> hosts = quarantine_.sick_hosts();
  for (const RankId rank : crew_.takers()) {
    if (!std::ranges::count(ranks, rank) && !std::ranges::count(hosts, crew_.host(rank))) continue;
    if (crew_.takers().size() == 1) return;
    crew_.bench(rank);
    record(RankQuarantined{rank, wall_time_s(), quarantine_reason()});
    progress_.notice(
        fmt::format("rank {} on {} is taken out of this run: {}", rank.value, crew_.host(rank), quarantine_reason()));
  }
}

void Manager::lose(RankId rank, const std::string& why) {
  progress_.notice(fmt::format("rank {} {}; its trials go to others", rank.value, why));
  for (const TrialId trial : crew_.remove(rank))
    record(AttemptEnded{trial, study().trial(trial).attempt, Cause::lost, wall_time_s(), 0, {}, {}, {}, why});
  give_up_suspects();
}

void Manager::give_up_suspects() {
  for (const TrialId id : suspects(plan_.retry, study())) {
    const std::string reason = fmt::format("it was running when its rank or node died, {} times (--max-lost {})",
                                           study().trial(id).lost, plan_.retry.max_lost);
    progress_.notice(fmt::format("trial {} has failed as the suspected reason: {}", id.value, reason));
    record(Suspected{id, wall_time_s(), reason});
  }
}

void Manager::lose_silent_ranks() {
  for (const RankId rank : crew_.silent(steady_time_s() - plan_.silence_s))
    lose(rank,
         fmt::format("on {} has said nothing for {:.0f} s and counts as lost", crew_.host(rank), plan_.silence_s));
}

std::optional<RunEnd> Manager::end_of_run() {
  using Kind = RunEnd::Kind;
  const StopRequest request = stop_request();
  if (request == StopRequest::leave) return RunEnd{Kind::left, kStopped};
  if (request == StopRequest::drain && !std::exchange(draining_, true)) stop_reason_ = "drained by signal USR1";
  if (leave_now_) return RunEnd{Kind::resumable, stop_reason_};
  if (cannot_work(plan_.rules, study())) return RunEnd{Kind::failed, *reason_to_stop(plan_.rules, study())};
  if (std::optional<std::string> reason = reason_to_stop(plan_.rules, study()); reason && !replicating())
    return RunEnd{Kind::complete, *reason};
  const bool goes_on_without = plan_.on_strategy_failure == OnStrategyFailure::fallback;
  if (strategy_failure_ && !goes_on_without)
    return RunEnd{Kind::failed, *strategy_failure_ + ". The study can be resumed once it is mended"};
  if (out_of_time()) return end_by_time();
  if (crew_.present() == 0) return RunEnd{Kind::failed, "no rank can evaluate: " + last_breakdown_};
  if (!study().running().empty()) return std::nullopt;
  if (draining_) return RunEnd{Kind::resumable, stop_reason_};
  if (std::optional<RunEnd> end = nothing_ends_in_time()) return end;
  if (!study().waiting().empty()) return std::nullopt;
  const std::string& strategy = study().definition().strategy.name;
  if (study().exhausted() && !replicating())
    return RunEnd{Kind::complete, fmt::format("strategy '{}' has nothing left to suggest", strategy)};
  if (strategy_failure_ && !fallback_configuration(study()))
    return RunEnd{Kind::resumable,
                  fmt::format("strategy '{}' has failed, and what is drawn at random was tried before", strategy)};
  if (!restart_strategy_ && strategy_.stuck(study())) on_stuck_strategy();
  return std::nullopt;
}

void Manager::on_stuck_strategy() {
  try {
    hear(strategy_.failed(fmt::format("strategy '{}' suggests nothing although it knows every result",
                                      study().definition().strategy.name)));
  } catch (const PluginError& error) {
    give_up_strategy(error.what());
  }
}

// Once nothing new is to be tried: whether replicates are still to be run, which are added here.
bool Manager::replicating() {
  const auto is_replicate = [&](TrialId id) { return study().trial(id).origin == Origin::replicate; };
  if (plan_.rules.replicates == 0 || draining_) return false;
  if (std::ranges::any_of(study().pending(), is_replicate)) return true;
  const std::vector<NewTrial> missing = missing_replicates(study(), plan_.rules.replicates);
  if (missing.empty()) return false;
  for (const TrialId id : std::vector(study().waiting().begin(), study().waiting().end()))
    if (study().trial(id).attempt == 0) record(Discarded{id});
  for (const NewTrial& trial : missing) record(TrialAdded{Origin::replicate, trial});
  return true;
}

bool Manager::act() {
  if (std::exchange(restart_strategy_, false)) strategy_.start();
  bool acted = strategy_.make_call(study());
  const double now_s = steady_time_s();
  for (std::uint64_t rank = 0; rank < planned_.size(); ++rank) {
    if (planned_[rank].empty()) continue;
    acted = true;
    const double gap_s = (now_s - last_request_s_) / static_cast<double>(planned_[rank].size());
    constexpr double kWeightOfLatest = 0.1;
    mean_request_gap_s_ += kWeightOfLatest * (gap_s - mean_request_gap_s_);
    last_request_s_ = now_s;
    WorkBatch batch{std::exchange(planned_[rank], {})};
    if (rank == kSelf.value) {
      plan_.evaluator->add(std::move(batch.assignments));
    } else {
      transport_.send(RankId{rank}, to_bytes(std::move(batch)));
    }
  }
  return acted;
}

void Manager::after_commit() {
  const Sequence acknowledged = store_.acknowledged();
  while (!unacknowledged_.empty() && unacknowledged_.front().first < acknowledged) {
    progress_.acknowledged(study(), unacknowledged_.front().second);
    unacknowledged_.pop_front();
  }
  requests_.acknowledged(acknowledged);
  progress_.draw(study(), crew_.busy(), crew_.present());
  if (!shortage_.lasts() && store_.checkpoint_due(steady_time_s())) write([this] { store_.start_checkpoint(); });
  keep_in_touch();
}

void Manager::keep_in_touch() {
  const double now_s = steady_time_s();
  if (now_s - last_alive_s_ < alive_every_s(plan_.silence_s)) return;
  last_alive_s_ = now_s;
  for (std::uint64_t rank = 1; rank < transport_.size(); ++rank)
    if (crew_.present(RankId{rank})) transport_.send(RankId{rank}, to_bytes(Alive{}));
}

void Manager::end(const RunEnd& how) {
  for (const AttemptEnded& trial : preempted(study())) record(trial);
  if (how.kind == RunEnd::Kind::left) {
    write([this] { store_.commit(); });  // on a full disk they are taken for lost the next time, which is no harm
    store_.leave();
    return requests_.acknowledged(store_.acknowledged());
  }
  if (how.kind == RunEnd::Kind::blocked) record(Blocked{wall_time_s(), how.reason});
  record(EpochEnded{wall_time_s(), how.reason});
  const auto writing = [this] {
    store_.commit();
    store_.finish();
  };
  while (!write(writing)) {
    if (stop_request() == StopRequest::leave) throw Interrupted(kStopped);
    keep_in_touch();
    wait();
  }
  requests_.acknowledged(store_.acknowledged());
}

void Manager::wait() {
  descriptors_.clear();
  plan_.evaluator->append_poll_fds(descriptors_);
  strategy_.append_poll_fds(descriptors_);
  constexpr double kLongest_s = 1e-3;
  pause_.wait(descriptors_, std::min(kLongest_s, plan_.evaluator->next_deadline_in_s()));
}

}  // namespace tuner
