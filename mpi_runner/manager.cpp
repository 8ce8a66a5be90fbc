#include "mpi_runner/manager.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/replicates.h"
#include "core/shell_word.h"
#include "core/suggestion_queue.h"
#include "mpi_runner/clock.h"
#include "mpi_runner/epoch.h"
#include "mpi_runner/machine.h"
#include "mpi_runner/signals.h"
#include "mpi_runner/text.h"
#include "storage/file.h"

namespace tuner {

Manager::Manager(Transport& transport, StudyStore& store, Progress& progress, RunPlan plan)
    : transport_(transport),
      store_(store),
      progress_(progress),
      plan_(std::move(plan)),
      crew_(transport.size(), steady_time_s()),
      rests_until_s_(transport.size()),
      strategy_(plan_.strategy),
      planned_(transport.size()),
      requests_(store.path(), [this](const std::string& problem) { progress_.notice(problem); }),
      time_(plan_.finish_margin_s, wall_time_s(), [this](TrialId trial) { return has_kept_something(trial); }),
      began_s_(steady_time_s()),
      last_alive_s_(began_s_),
      last_request_s_(began_s_),
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
      throw NoSpace(fmt::format("{} Waited {} for space. Go on with: {}", error.what(),
                                duration_text(plan_.wait_for_space_s), plan_.resume_command));
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
  for (const ImportedTrial& result : plan_.imports)
    for (const Event& event : imported(study(), result)) record(event);
  for (const TrialAdded& trial : enqueued(study(), plan_.enqueue)) record(trial);
  give_up_suspects();
  look_at_earlier_runs();
  hear_of_time();
  take_left_requests();
  if (study().paused())
    progress_.notice(fmt::format("the study is paused: no trial is started until `tuner continue {}`",
                                 shell_word(store_.path().string())));
  store_.commit();
  strategy_.start();
}

bool Manager::take_arrived() {
  notice_suspension();
  const bool messages = receive();
  const bool results = evaluate_here();
  const bool suggestions = hear_strategy();
  lose_silent_ranks();
  take_benched_ranks_back();
  name_slow_ranks();
  const bool time = hear_of_time();
  const bool requests = take_requests();
  return messages || results || suggestions || time || requests;
}

void Manager::notice_suspension() {
  if (const double away_s = suspension_.seconds_since_last_call(); away_s > 0)
    record(JobSuspended{wall_time_s(), away_s});
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
  if (time_is_over()) return end_by_time();
  if (crew_.present() == 0) return end_without_ranks();
  if (!study().running().empty()) return std::nullopt;
  if (draining_) return RunEnd{Kind::resumable, stop_reason_};
  if (std::optional<RunEnd> end = nothing_ends_in_time()) return end;
  if (!study().waiting().empty()) return std::nullopt;
  const std::string& strategy = study().definition().strategy.name;
  if (study().exhausted() && !replicating())
    return RunEnd{Kind::complete, fmt::format("strategy '{}' has nothing left to suggest", strategy)};
  if (strategy_failure_ && !fallback_configuration(study()))
    return RunEnd{Kind::failed,
                  fmt::format("strategy '{}' has failed, and what is drawn at random was tried before", strategy)};
  if (!restart_strategy_ && strategy_.stuck(study())) on_stuck_strategy();
  return std::nullopt;
}

RunEnd Manager::end_without_ranks() const {
  if (crew_.any_may_come_back())
    return {RunEnd::Kind::resumable, "no rank is left: some were lost, the others cannot evaluate: " + last_breakdown_};
  return {RunEnd::Kind::failed, "no rank can evaluate: " + last_breakdown_};
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
  notice_suspension();
  const double now_s = steady_time_s();
  if (now_s - last_alive_s_ < alive_every_s(plan_.silence_s)) return;
  last_alive_s_ = now_s;
  for (std::uint64_t rank = 1; rank < transport_.size(); ++rank)
    if (crew_.present(RankId{rank})) transport_.send(RankId{rank}, to_bytes(Alive{}));
}

void Manager::wait() {
  descriptors_.clear();
  plan_.evaluator->append_poll_fds(descriptors_);
  strategy_.append_poll_fds(descriptors_);
  constexpr double kLongest_s = 1e-3;
  pause_.wait(descriptors_, std::min(kLongest_s, plan_.evaluator->next_deadline_in_s()));
}

}  // namespace tuner
