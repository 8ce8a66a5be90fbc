// What the ranks say: who joins, what they have found, and who is taken out.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "mpi_runner/clock.h"
#include "mpi_runner/epoch.h"
#include "mpi_runner/host_launch.h"
#include "mpi_runner/machine.h"
#include "mpi_runner/manager.h"
#include "mpi_runner/place_text.h"
#include "mpi_runner/signals.h"
#include "mpi_runner/slow_start.h"
#include "mpi_runner/text.h"

namespace tuner {

bool Manager::receive() {
  bool any = false;
  while (std::optional<Envelope> envelope = transport_.receive()) {
    any = true;
    crew_.heard(envelope->from, steady_time_s());
    std::visit([&](auto&& message) { on(envelope->from, std::forward<decltype(message)>(message)); },
               message_from(envelope->bytes));
    if (crew_.comes_back(envelope->from))
      progress_.notice(place_text(envelope->from, crew_.host(envelope->from)) + " is heard again and takes trials");
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

void Manager::on(RankId from, WorkerReady&& message) {
  join(from, message.host);
}

void Manager::join(RankId rank, const std::string& host) {
  if (crew_.ready(rank, host)) record(RankJoined{rank, host});
}

void Manager::on(RankId from, WorkerBroken&& message) {
  last_breakdown_ = message.message;
  crew_.is_on(from, message.host);
  lose(from, crew_.remove(from), "cannot evaluate: " + message.message);
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

// It was told to leave, alone or with all others.
void Manager::on(RankId from, Goodbye&&) {
  const std::vector<TrialId> trials = crew_.remove(from);
  if (stop_request() != StopRequest::leave)
    progress_.notice(fmt::format("{} was told to leave; its trials go to others", place_text(from, crew_.host(from))));
  for (const TrialId trial : trials) record(preempted(study(), trial, "its rank was told to leave"));
}

void Manager::record_result(RankId rank, AttemptEnded ended) {
  ended.time = wall_time_s();
  crew_.ended(rank, ended.trial, ended.duration_s);
  const TrialId trial = ended.trial;
  if (is_tried_again(rank, ended)) {
    quarantine_.failed({rank, crew_.host(rank)}, trial);
    let_rest(rank, ended.duration_s);
    return record(AttemptRetried{trial, ended.attempt, ended.cause, ended.time, ended.duration_s, ended.message});
  }
  learn_of_place(rank, trial, ended.cause);
  unacknowledged_.emplace_back(store_.record(ended), trial);
}

bool Manager::is_tried_again(RankId rank, const AttemptEnded& ended) const {
  const Trial& trial = study().trial(ended.trial);
  if (should_retry(plan_.retry, trial, ended.cause)) return true;
  const std::optional<Place> before = failed_at(study(), ended.trial);
  return before && !crew_.decides(rank, {*before, quarantine_.is_host_suspect(ended.trial)}) &&
         should_retry_undecided(plan_.retry, trial, ended.cause);
}

void Manager::learn_of_place(RankId rank, TrialId trial, Cause cause) {
  if (cause == Cause::value || cause == Cause::pruned) {
    quarantine_.succeeded({rank, crew_.host(rank)}, trial);
    if (study().trial(trial).retried > 0) take_out_sick_ranks();
  } else if (study().trial(trial).retried > 0) {
    quarantine_.blamed({rank, crew_.host(rank)}, trial);
  }
}

// Trials fail fast on a sick rank, which would take one after the other before the first has succeeded elsewhere: after
// three it waits between them, each time twice as long, where a rank works that is half as suspicious at most.
void Manager::weigh_trust() {
  const std::vector<RankId> takers = crew_.takers();
  std::vector<std::size_t> suspicions(takers.size());
  std::ranges::transform(takers, suspicions.begin(), [this](RankId rank) { return quarantine_.suspicion(rank); });
  const std::size_t least = takers.empty() ? 0 : std::ranges::min(suspicions);
  for (std::size_t i = 0; i < takers.size(); ++i) {
    const RankId rank = takers[i];
    const bool has_failed_often = quarantine_.failures(rank) >= Quarantine::kFailuresInARow;
    const bool is_outdone = suspicions[i] > 0 && 2 * least <= suspicions[i];
    crew_.suspect(rank, suspicions[i]);
    crew_.rest(rank, has_failed_often && is_outdone && steady_time_s() < rests_until_s_[rank.value]);
  }
}

void Manager::let_rest(RankId rank, double failed_after_s) {
  const std::size_t failures = quarantine_.failures(rank);
  if (failures < Quarantine::kFailuresInARow) return;
  constexpr double kShortest_s = 0.1;
  const double rest_s =
      std::ldexp(std::max(failed_after_s, kShortest_s), static_cast<int>(failures - Quarantine::kFailuresInARow));
  rests_until_s_[rank.value] = steady_time_s() + rest_s;
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
        fmt::format("{} is taken out of this run: {}", place_text(rank, crew_.host(rank)), quarantine_reason()));
  }
}

// Sick or not, they are all there is.
void Manager::take_benched_ranks_back() {
  for (const RankId rank : crew_.unbench_if_nobody_works()) {
    record(RankJoined{rank, crew_.host(rank)});
    progress_.notice(place_text(rank, crew_.host(rank)) + " takes trials again: no other rank is left");
  }
}

void Manager::lose(RankId rank, const std::vector<TrialId>& trials, const std::string& why) {
  const std::string reason = place_text(rank, crew_.host(rank)) + " " + why;
  progress_.notice(reason + "; its trials go to others");
  for (const TrialId trial : trials)
    record(AttemptEnded{trial, study().trial(trial).attempt, Cause::lost, wall_time_s(), 0, {}, {}, {}, reason});
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
  crew_.nobody_was_heard(absence_.seconds(steady_time_s()));
  for (const RankId rank : crew_.silent(steady_time_s() - plan_.silence_s))
    lose(rank, crew_.lose(rank), fmt::format("has said nothing for {:.0f} s and counts as lost", plan_.silence_s));
}

void Manager::name_slow_ranks() {
  if (said_slow_ranks_ || steady_time_s() - began_s_ < kSlowAfter_s) return;
  said_slow_ranks_ = true;
  const std::vector<RankId> slow = crew_.starting();
  if (slow.empty()) return;
  std::vector<std::uint64_t> numbers(slow.size());
  std::ranges::transform(slow, numbers.begin(), &RankId::value);
  progress_.notice(fmt::format("{} {}: the objective is not ready there after {} s; waiting for it, at most {} s",
                               slow.size() == 1 ? "rank" : "ranks", fmt::join(numbers, ", "), kSlowAfter_s,
                               kStartTimeout_s));
}

}  // namespace tuner
