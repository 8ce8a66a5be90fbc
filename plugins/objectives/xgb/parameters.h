// From a configuration of the search space to XGBoost's parameters.
#pragma once

#include <cstdint>
#include <string_view>

#include "plugins/objectives/xgb/booster.h"
#include "tuner/objective.h"

namespace tuner::xgb {

// The search space as JSON. Its names are XGBoost's own; `rounds` is the upper bound of boosting rounds.
std::string_view search_space();

// A space from the user (--space) may hold any tunable parameter of XGBoost. Throws plugin::UserMistake for others,
// which XGBoost would ignore in silence.
void check_space(const plugin::Space& space);

// How one configuration is trained.
struct Training {
  Task task = Task::regression;
  Parameters parameters;
  int rounds = 0;
};

struct Resources {
  std::uint64_t seed = 0;
  std::uint32_t threads = 1;
};

Training training_of(const plugin::Configuration& configuration, const Dataset& data, Resources resources);

}  // namespace tuner::xgb
