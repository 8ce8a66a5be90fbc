// The option `resolution` of the grid: how many values each parameter takes, and which.
#pragma once

#include <string_view>
#include <vector>

#include "plugins/strategies/common/grid_walk.h"
#include "tuner/strategy.h"

namespace tuner::strategies {

// From "10" (for all) or "eta=5,max_depth=3,*=4". One axis a parameter:
//   choices and bools              all their values
//   up to 32 values, not named     all their values
//   others                         so many values, spaced evenly on the parameter's scale from low to high
// Throws UserMistake.
std::vector<Axis> axes_of(const plugin::Space& space, std::string_view resolution);

}  // namespace tuner::strategies
