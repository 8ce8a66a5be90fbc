// The best configuration of a study, for people.
#pragma once

#include <optional>
#include <string>

#include "core/study.h"

namespace tuner {

// The complete trial of the space's default configuration, if there is one.
std::optional<TrialId> defaults_trial(const Study& study);

// Value and configuration of the best feasible trial, beside the value of the plugin's defaults where they were
// evaluated, and the hold-out score with the number of looks. Says so where no trial is complete. Several lines.
std::string best_text(const Study& study);

}  // namespace tuner
