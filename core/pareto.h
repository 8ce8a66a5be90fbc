// The trials of a study with several objectives among which only taste can choose.
#pragma once

#include <vector>

#include "core/study.h"

namespace tuner {

// Feasible complete trials of the search that no other one dominates (is at least as good in every objective and better
// in one), from the best to the worst by the first objective. Trials with equal values stand side by side.
std::vector<TrialId> pareto_front(const Study& study);

}  // namespace tuner
