// Which values are no result: NaN and infinities, which no strategy can learn from.
#pragma once

#include <span>
#include <string>

#include "core/definition.h"

namespace tuner {

// "objective 'loss' is nan", or empty where all is finite. As many values and constraints as the goal has.
std::string bad_value(const GoalInfo& goal, std::span<const double> values, std::span<const double> constraints);

}  // namespace tuner
