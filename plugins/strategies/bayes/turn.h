// How one suggestion is looked for: by which criterion, and in the whole space or near the best point. A function of
// the suggestion's number, so that they take turns.
#pragma once

#include <cstddef>
#include <cstdint>

#include "plugins/strategies/bayes/acquisition.h"
#include "plugins/strategies/bayes/belief.h"
#include "plugins/strategies/bayes/random_stream.h"
#include "plugins/strategies/bayes/surrogate.h"
#include "tuner/strategy.h"

namespace tuner::strategies::bayes {

struct Turn {
  Acquisition acquisition;
  bool local = false;
};

struct Situation {
  const plugin::Goal& goal;
  const Belief& belief;
  const Surrogate& surrogate;  // ready
  std::size_t completed;       // trials
  std::size_t pending;         // trials and suggestions
};

Turn turn_of(std::uint64_t number, const Situation& situation, RandomStream& random);

}  // namespace tuner::strategies::bayes
