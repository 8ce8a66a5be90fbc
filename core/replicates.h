// Evaluating the leaders of a study again with fresh seeds: the best of many noisy values is a lucky one, so what a
// configuration is worth shows only in values that it was not chosen by. Pure functions of the study.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/study.h"

namespace tuner {

// How many configurations are evaluated again.
inline constexpr std::size_t kLeaders = 3;

// Replicates of the kLeaders best configurations (feasible, complete, by the first objective) that the study lacks for
// each to have `times` of them. Their numbers follow the study's; the parent is the leader.
std::vector<NewTrial> missing_replicates(const Study& study, std::uint64_t times);

// Of the first objective, over a leader's complete replicates; the value that made it a leader is not among them.
struct ReplicatedValue {
  TrialId leader;
  std::size_t runs = 0;
  double mean = 0;
  double standard_error = 0;  // NaN for a single run
};

// Each trial that has complete replicates, the best mean first.
std::vector<ReplicatedValue> replicated_values(const Study& study);

// What to take in the end: the leader with the best mean where leaders were evaluated again, else the best trial;
// nothing where no trial is complete and feasible.
std::optional<TrialId> final_choice(const Study& study);

}  // namespace tuner
