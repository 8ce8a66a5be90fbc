// The scores that a model can be judged by, under XGBoost's names and with its definitions.
//
// Computed here and not by XGBoost's text-returning evaluation, so that one prediction gives all of them, in full
// precision; a test compares the two.
#pragma once

#include <span>
#include <string_view>

#include "plugins/objectives/xgb/dataset.h"

namespace tuner::xgb {

// `predictions`: n probabilities of the positive class (binary), n × classes probabilities, row by row (multiclass), or
// n numbers (regression). `labels`: n. NaN where the score is not defined (auc of one class).
struct Metric {
  std::string_view name;
  Task task;
  bool larger_is_better;
  double (*score)(std::span<const float> labels, std::span<const float> predictions);

  // What the search minimizes: the score, or 1 - score where larger is better.
  double loss(double value) const { return larger_is_better ? 1 - value : value; }
};

// All metrics of a task, its default first.
std::span<const Metric> metrics_of(Task task);

// "auto" is the task's default. Throws plugin::UserMistake for names that are not of this task.
const Metric& find_metric(Task task, std::string_view name);

}  // namespace tuner::xgb
