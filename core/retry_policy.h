// Whether a trial whose attempt failed runs again: one rule for all causes, as a pure function of the study.
//
//   bad_value, exception, timeout   its configuration is blamed: the same would happen again
//   crash, out_of_memory            its rank or host may be to blame: tried again `retries` times, elsewhere where
//                                   there is another rank or host, and once more where the last of these was made at a
//                                   rank that was only free earlier than those that decide; then its configuration is
//                                   blamed
//   preempted                       runs again, as often as it takes
//   lost                            runs again, and counts against nothing; but a trial that was running at `max_lost`
//                                   deaths of its rank or node, or of the whole run, has failed as suspect
//
// Results of trials that were lost or preempted are never told to the strategy: they say nothing about configurations.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/study.h"

namespace tuner {

struct Place {
  RankId rank;
  std::string host;  // empty where it is not known
};

struct RetryPolicy {
  std::uint64_t retries = 1;
  std::uint64_t max_lost = 3;  // 0 = never suspect
};

// Whether the running trial is to be tried again after its attempt has ended by this cause.
bool should_retry(const RetryPolicy& policy, const Trial& trial, Cause cause);

// The same for an attempt at a rank that does not decide about this trial.
bool should_retry_undecided(const RetryPolicy& policy, const Trial& trial, Cause cause);

// Whether the trial, which failed, may be tried at a rank that does not decide about it.
bool may_be_tried_undecided(const RetryPolicy& policy, const Trial& trial);

// Where a trial failed last that waits for another rank or host, or runs there, whatever was lost or preempted since;
// nothing for others.
std::optional<Place> failed_at(const Study& study, TrialId id);

// Trials that wait to run again and have been running at too many deaths; in the order of their numbers.
std::vector<TrialId> suspects(const RetryPolicy& policy, const Study& study);

// Trials that have failed since they crashed, or ran out of memory, only at ranks that were taken out afterwards, in
// the same epoch: their configurations may be good, and no later trial has them. In the order of their numbers.
std::vector<TrialId> doubtful_failures(const Study& study);

// Whether the result of this finished trial says something about its configuration.
bool teaches(const Trial& trial);

// What the strategy counts as pending at an ask: trials that wait or run, and those whose result it will never get, so
// that it does not suggest them again.
std::vector<TrialId> pending_for_strategy(const Study& study);

}  // namespace tuner
