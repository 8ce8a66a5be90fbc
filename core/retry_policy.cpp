#include "core/retry_policy.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace tuner {
namespace {

bool may_be_the_ranks_fault(Cause cause) {
  return cause == Cause::crash || cause == Cause::out_of_memory;
}

bool was_taken_out_later(const Study& study, const Failure& failure) {
  return std::ranges::any_of(study.quarantined(), [&](const QuarantinedRank& place) {
    const auto epoch = std::ranges::find(study.epochs(), place.epoch, &Epoch::number);
    return place.rank == failure.rank && place.host == failure.host && epoch->started <= failure.started &&
           failure.ended <= place.time;
  });
}

bool is_tried_again(const Study& study, TrialId trial) {
  for (TrialId later{trial.value + 1}; later.value < study.trial_count(); ++later.value)
    if (same_configuration(study.configuration(later), study.configuration(trial))) return true;
  return false;
}

}  // namespace

bool should_retry(const RetryPolicy& policy, const Trial& trial, Cause cause) {
  return may_be_the_ranks_fault(cause) && trial.retried < policy.retries;
}

bool should_retry_undecided(const RetryPolicy& policy, const Trial& trial, Cause cause) {
  return may_be_the_ranks_fault(cause) && may_be_tried_undecided(policy, trial);
}

bool may_be_tried_undecided(const RetryPolicy& policy, const Trial& trial) {
  return trial.retried > 0 && trial.retried <= policy.retries;
}

std::optional<Place> failed_at(const Study& study, TrialId id) {
  const Trial& trial = study.trial(id);
  if (trial.retried == 0 || !trial.is_pending()) return std::nullopt;
  const Failure& failure = study.failures()[trial.retried_for];
  return Place{failure.rank, study.hosts()[failure.host]};
}

std::vector<TrialId> suspects(const RetryPolicy& policy, const Study& study) {
  std::vector<TrialId> found;
  if (policy.max_lost == 0) return found;
  for (const TrialId id : study.waiting())
    if (study.trial(id).lost >= policy.max_lost) found.push_back(id);
  std::ranges::sort(found);
  return found;
}

std::vector<TrialId> doubtful_failures(const Study& study) {
  std::set<TrialId> in_doubt, to_blame;
  for (const Failure& failure : study.failures()) {
    if (failure.cause == Cause::preempted || (failure.cause == Cause::lost && !failure.is_verdict())) continue;
    const bool may_be_the_places = may_be_the_ranks_fault(failure.cause) && was_taken_out_later(study, failure);
    (may_be_the_places ? in_doubt : to_blame).insert(failure.trial);
  }
  std::vector<TrialId> found;
  std::ranges::copy_if(in_doubt, std::back_inserter(found), [&](TrialId trial) {
    return study.trial(trial).state == TrialState::failed && !to_blame.contains(trial) && !is_tried_again(study, trial);
  });
  return found;
}

bool teaches(const Trial& trial) {
  return trial.cause != Cause::lost && trial.cause != Cause::preempted;
}

std::vector<TrialId> pending_for_strategy(const Study& study) {
  std::vector<TrialId> pending = study.pending();
  pending.insert(pending.end(), study.suspected().begin(), study.suspected().end());
  std::ranges::sort(pending);
  return pending;
}

}  // namespace tuner
