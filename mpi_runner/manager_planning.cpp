// What the manager does next, as events: which trials start where, what the strategy is asked, and what happens when
// its answer is late.
#include <algorithm>
#include <cmath>
#include <utility>

#include "core/random.h"
#include "core/retry_policy.h"
#include "core/suggestion_queue.h"
#include "mpi_runner/clock.h"
#include "mpi_runner/manager.h"

namespace tuner {

void Manager::plan() {
  if (draining_ || study().paused() || out_of_time()) return;
  time_.learn(study());
  weigh_trust();
  plan_assignments(trials_left_to_start(plan_.rules, study()));
  if (strategy_failure_) {
    plan_without_strategy();
  } else {
    if (plan_.strategy_learns && transport_.size() > 1) {
      plan_fallbacks(trials_left_to_start(plan_.rules, study()));
      discard_stale_suggestions();
    }
    plan_ask(trials_left_to_start(plan_.rules, study()));
  }
  plan_undecided_attempts();
}

void Manager::plan_without_strategy() {
  if (!worth_asking(left_s())) return;
  const std::uint64_t left = trials_left_to_start(plan_.rules, study());
  add_fallbacks(std::min<std::uint64_t>(crew_.total_room(), left - std::min(left, waiting_for_others())));
}

// Better a trial drawn at random than a rank without one, once the strategy is late. Not on one rank, where a study is
// a function of its seed.
void Manager::plan_fallbacks(std::uint64_t left) {
  const std::uint64_t reserved = waiting_for_others();
  left -= std::min(left, reserved);
  const bool starved = crew_.idle() > 0 && left > 0 && study().waiting().size() == reserved && strategy_.asking();
  if (!starved || study().finished().empty()) {
    starved_since_s_.reset();
    return;
  }
  if (!starved_since_s_) starved_since_s_ = steady_time_s();
  if (steady_time_s() - *starved_since_s_ < longest_idle_s()) return;
  add_fallbacks(std::min<std::uint64_t>(crew_.idle(), left));
  starved_since_s_.reset();
}

void Manager::add_fallbacks(std::uint64_t count) {
  for (; count > 0; --count) {
    std::optional<std::vector<double>> configuration = fallback_configuration(study());
    if (!configuration) break;
    record(TrialAdded{Origin::fallback,
                      {TrialId{study().trial_count()},
                       std::move(*configuration),
                       study().definition().goal.highest_fidelities(),
                       std::nullopt,
                       {}}});
  }
  plan_assignments(trials_left_to_start(plan_.rules, study()));
}

// A suggestion is worth many random points, so what an ask usually takes is waited for, and at least a quarter of a
// second (a model is fitted now and then); but not longer than a trial takes, or a second where trials are shorter.
double Manager::longest_idle_s() const {
  const double trial_s = crew_.mean_duration_s();
  constexpr double kAlwaysWorthWaiting_s = 0.25;
  constexpr double kWorthWaiting_s = 1;
  return std::clamp(2 * strategy_.mean_ask_s(), std::max(0.01 * trial_s, kAlwaysWorthWaiting_s),
                    std::max(trial_s, kWorthWaiting_s));
}

void Manager::discard_stale_suggestions() {
  if (strategy_.asking() || study().exhausted()) return;
  for (const TrialId trial : stale_suggestions(study(), look_ahead())) record(Discarded{trial});
}

void Manager::plan_ask(std::uint64_t left) {
  if (restart_strategy_ || strategy_failure_) return;
  const std::uint64_t useful = std::min<std::uint64_t>(left, crew_.total_room() + waiting_for_others() + look_ahead());
  if (!worth_asking(left_s())) return;
  const std::uint64_t ready = study().waiting().size() - waiting_too_long(left_s());
  const std::optional<Asked> asked = strategy_.plan(study(), useful > ready ? useful - ready : 0);
  if (!asked) return;
  record(*asked);
  strategy_.recorded(study(), *asked);
}

// As many suggestions ahead as are taken while one ask is answered; none where one rank does everything.
std::size_t Manager::look_ahead() const {
  if (transport_.size() == 1) return 0;
  const double taken_meanwhile = std::ceil(strategy_.mean_ask_s() / std::max(mean_request_gap_s_, 1e-9));
  return static_cast<std::size_t>(std::min(taken_meanwhile, 2.0 * static_cast<double>(crew_.present())));
}

void Manager::plan_assignments(std::uint64_t left) {
  for (RankId rank{0}; rank.value < transport_.size(); ++rank.value) {
    for (std::size_t room = crew_.room(rank); room > 0; --room, --left) {
      const auto trial = first_waiting(left, [&](TrialId waiting) { return may_run_on(rank, waiting); });
      if (!trial) break;
      assign(*trial, rank);
    }
  }
}

// Better an attempt that decides nothing than a rank that waits: a value is a value. But not while suggestions come.
void Manager::plan_undecided_attempts() {
  std::uint64_t left = trials_left_to_start(plan_.rules, study());
  for (RankId rank{0}; rank.value < transport_.size(); ++rank.value) {
    if (!crew_.is_idle(rank) || (strategy_.asking() && !crew_.rests(rank))) continue;
    const auto trial = first_waiting(left, [&](TrialId waiting) { return may_be_tried_undecided_on(rank, waiting); });
    if (!trial) continue;
    assign(*trial, rank);
    --left;
  }
}

void Manager::assign(TrialId trial, RankId rank) {
  record(AttemptStarted{trial, study().trial(trial).attempt + 1, rank, wall_time_s()});
  crew_.assigned(rank, trial);
  planned_[rank.value].push_back(assignment_of(trial));
}

// Only the first `left` of those that wait may start, so that no new trial takes the place of one that waits for
// another rank.
template <class Chosen>
std::optional<TrialId> Manager::first_waiting(std::uint64_t left, const Chosen& chosen) const {
  const std::deque<TrialId>& waiting = study().waiting();
  const auto end = waiting.begin() + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(left, waiting.size()));
  const auto found = std::find_if(waiting.begin(), end, [&, left_s = left_s()](TrialId trial) {
    return chosen(trial) && time_.may_start(study(), trial, left_s);
  });
  return found == end ? std::nullopt : std::optional(*found);
}

bool Manager::may_run_on(RankId rank, TrialId trial) const {
  const std::optional<Place> place = failed_at(study(), trial);
  return place ? crew_.is_next_to_decide(rank, {*place, quarantine_.is_host_suspect(trial)}) : !crew_.rests(rank);
}

bool Manager::may_be_tried_undecided_on(RankId rank, TrialId trial) const {
  const std::optional<Place> place = failed_at(study(), trial);
  return place && rank != place->rank && may_be_tried_undecided(plan_.retry, study().trial(trial));
}

// Trials that wait while no rank that has room may run them.
std::uint64_t Manager::waiting_for_others() const {
  const auto has_rank = [&](TrialId trial) {
    for (std::uint64_t rank = 0; rank < transport_.size(); ++rank)
      if (crew_.room(RankId{rank}) > 0 && may_run_on(RankId{rank}, trial)) return true;
    return false;
  };
  return static_cast<std::uint64_t>(std::ranges::count_if(
      study().waiting(), [&](TrialId trial) { return study().trial(trial).retried > 0 && !has_rank(trial); }));
}

Assignment Manager::assignment_of(TrialId id) const {
  const auto configuration = study().configuration(id);
  const auto fidelities = study().fidelities(id);
  return {id,
          study().trial(id).attempt,
          trial_seed(study().definition().seed, id.value),
          {configuration.begin(), configuration.end()},
          {fidelities.begin(), fidelities.end()},
          study().trial(id).parent};
}

}  // namespace tuner
