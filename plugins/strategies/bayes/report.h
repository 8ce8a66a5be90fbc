// What the engine thinks, as JSON for people: why a configuration was chosen, and what the model has learnt.
#pragma once

#include <string>

#include "plugins/strategies/bayes/maximizer.h"
#include "plugins/strategies/bayes/surrogate.h"
#include "tuner/strategy.h"

namespace tuner::strategies::bayes {

// {"kind": "initial design"}
std::string design_note();

// {"kind": "explore" | "exploit" | "local", "acquisition", "score", "mean", "sd", "nearest_trial"}: mean and sd are of
// the first objective, in the user's units. To exploit is to expect more than the best so far.
std::string note(const Candidate& candidate, const Acquisition& acquisition, bool local, Surrogate& surrogate,
                 const plugin::Goal& goal);

// Of each objective: length scales, noise, signal, transform, and how well left-out results are predicted.
std::string describe_model(const Surrogate& surrogate, const Encoding& encoding, const History& history,
                           const plugin::Goal& goal, double region_side);

}  // namespace tuner::strategies::bayes
