// A table as a learning problem: features, one label a row, and what kind of label it is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plugins/objectives/xgb/table.h"

namespace tuner::xgb {

enum class Task { binary, multiclass, regression };
std::string_view to_text(Task task);

struct Dataset {
  std::string source;
  std::vector<Column> features;
  std::string label_name;
  Task task = Task::regression;
  std::vector<std::string> classes;  // sorted; empty for regression. Of two, the second is the positive one.
  std::vector<float> labels;         // one a row: the number, or the position in `classes`

  std::size_t rows() const { return labels.size(); }
};

// `label` names the label's column; empty = the one called label, target, class or y. `task` is auto, binary,
// multiclass or regression; auto takes text and at most 20 different whole numbers for classes, other numbers for a
// regression. Throws plugin::UserMistake.
Dataset make_dataset(Table table, std::string_view label, std::string_view task);

}  // namespace tuner::xgb
