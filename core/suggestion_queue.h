// The queue of suggestions between a strategy that learns and the ranks: what in it is out of date, and what a rank
// gets when it is empty. Pure functions of the study.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/study.h"

namespace tuner {

// Waiting suggestions that were chosen before so many results arrived that asking again is worth it: more than twice
// what an unchanged pace brings while `look_ahead` suggestions are used up, and more than a twentieth of what was
// known.
std::vector<TrialId> stale_suggestions(const Study& study, std::size_t look_ahead);

// A configuration for the study's next trial without asking the strategy: drawn at random from the space, as a function
// of the study's seed and that trial's number, and not one that the study has; nothing where all that were drawn are
// taken.
std::optional<std::vector<double>> fallback_configuration(const Study& study);

struct Repeat {
  TrialId trial;
  TrialId of;
};
// The first of the suggestions that asks for what a trial that is not finished, or another suggestion, does anyway: the
// same configuration at the same fidelities, continuing the same parent.
std::optional<Repeat> repeat_of_pending(const Study& study, std::span<const NewTrial> suggestions);

}  // namespace tuner
