// What the user's options ask for: the data set, its splits, and how models are judged.
#pragma once

#include <vector>

#include "plugins/objectives/xgb/cross_validation.h"
#include "plugins/objectives/xgb/dataset.h"
#include "plugins/objectives/xgb/splits.h"
#include "tuner/plugin.h"

namespace tuner::xgb {

struct Problem {
  Dataset data;
  Splits splits;
  Judgement judgement;
};

// The options of the plugin, with defaults and help.
std::vector<plugin::Option> problem_options();

// Reads and checks everything. Throws plugin::UserMistake with the first thing that is wrong.
Problem load_problem(const plugin::Options& options);

}  // namespace tuner::xgb
