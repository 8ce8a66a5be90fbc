// What the user's options ask for: the data set, its splits, and how models are judged.
#pragma once

#include <string>
#include <vector>

#include "plugins/objectives/xgb/dataset.h"
#include "plugins/objectives/xgb/metric.h"
#include "plugins/objectives/xgb/splits.h"
#include "tuner/plugin.h"

namespace tuner::xgb {

struct Judgement {
  const Metric* metric = nullptr;
  int early_stopping = 0;  // rounds without a better score after which a fold ends; 0 = train all rounds
};

struct Problem {
  Dataset data;
  Splits splits;
  Judgement judgement;
  std::string fingerprint;  // of all of that but early_stopping: the same for the same
};

// The options of the plugin, with defaults and help.
std::vector<plugin::Option> problem_options();

// Reads and checks everything. Throws plugin::UserMistake with the first thing that is wrong.
Problem load_problem(const plugin::Options& options);

}  // namespace tuner::xgb
