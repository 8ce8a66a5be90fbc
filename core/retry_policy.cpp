#include "core/retry_policy.h"

#include <algorithm>

namespace tuner {
namespace {

bool may_be_the_ranks_fault(Cause cause) {
  return cause == Cause::crash || cause == Cause::out_of_memory;
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
