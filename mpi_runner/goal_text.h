// What a study is after, for people.
#pragma once

#include <string>

#include "core/definition.h"

namespace tuner {

// "minimize logloss, maximize speed, cost ≤ 0".
std::string goal_text(const GoalInfo& goal);

}  // namespace tuner
