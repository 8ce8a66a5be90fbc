#include "plugins/objectives/xgb/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "plugins/objectives/xgb/column_hint.h"
#include "tuner/did_you_mean.h"
#include "tuner/plugin.h"

namespace tuner::xgb {
namespace {

using plugin::UserMistake;

// More different whole numbers than this are taken for an amount, not for classes.
constexpr std::size_t kMostNumericClasses = 20;
constexpr std::array<std::string_view, 3> kTaskNames = {"binary", "multiclass", "regression"};

std::optional<std::size_t> find_column(const Table& table, std::string_view name) {
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    if (table.columns[i].name == name) return i;
  return std::nullopt;
}

std::size_t label_column(const Table& table, std::string_view label) {
  if (!label.empty()) {
    if (const auto found = find_column(table, label)) return *found;
    throw UserMistake(fmt::format("label '{}' is no column of {}.{}", label, table.source, column_hint(table, label)));
  }
  for (const char* usual : {"label", "target", "class", "y"})
    if (const auto found = find_column(table, usual)) return *found;
  throw UserMistake(
      fmt::format("{} has no column called label, target, class or y. Say which is to be learned: --set "
                  "label=NAME.{}",
                  table.source, column_hint(table, "")));
}

void check_labels_present(const Table& table, const Column& label) {
  for (std::size_t row = 0; row < table.rows(); ++row)
    if (std::isnan(label.values[row]))
      throw UserMistake(fmt::format("{}:{}: the label '{}' is missing. Remove the rows without a label", table.source,
                                    table.lines[row], label.name));
}

std::vector<double> distinct(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

Task detected_task(const Column& label, const std::vector<double>& values) {
  if (values.size() <= 2) return Task::binary;
  const bool whole = std::all_of(values.begin(), values.end(), [](double v) { return v == std::trunc(v); });
  if (label.kind == ColumnKind::categorical || (whole && values.size() <= kMostNumericClasses)) return Task::multiclass;
  return Task::regression;
}

Task chosen_task(const Column& label, const std::vector<double>& values, std::string_view name) {
  if (name == "auto") return detected_task(label, values);
  const auto known = std::find(kTaskNames.begin(), kTaskNames.end(), name);
  if (known == kTaskNames.end()) {
    std::vector<std::string> names{"auto"};
    names.insert(names.end(), kTaskNames.begin(), kTaskNames.end());
    throw UserMistake(fmt::format("option task = '{}' is not known.{}", name, plugin::did_you_mean(name, names)));
  }
  return static_cast<Task>(known - kTaskNames.begin());
}

void check_task_fits(const Column& label, std::size_t distinct_values, Task task, const std::string& source) {
  const auto refuse = [&](std::string_view why) {
    throw UserMistake(fmt::format("label '{}' of {} {}", label.name, source, why));
  };
  if (distinct_values == 1) refuse("has the same value in every row (there is nothing to learn)");
  if (task == Task::regression && label.kind == ColumnKind::categorical)
    refuse("is text, which task = regression cannot learn. Try --set task=auto");
  if (task == Task::binary && distinct_values > 2)
    refuse(fmt::format("has {} classes, task = binary needs 2. Try --set task=multiclass", distinct_values));
  if (task == Task::multiclass && distinct_values < 3) refuse("has 2 classes. Try --set task=binary");
}

// Replaces the label's values by positions in the list of classes.
void encode_classes(const Column& label, const std::vector<double>& values, Dataset& data) {
  for (const double value : values)
    data.classes.push_back(label.kind == ColumnKind::categorical ? label.categories[static_cast<std::size_t>(value)]
                                                                 : fmt::format("{}", value));
  for (const double value : label.values)
    data.labels.push_back(static_cast<float>(std::lower_bound(values.begin(), values.end(), value) - values.begin()));
}

}  // namespace

std::string_view to_text(Task task) {
  return kTaskNames[static_cast<std::size_t>(task)];
}

Dataset make_dataset(Table table, std::string_view label_name, std::string_view task) {
  const std::size_t label_index = label_column(table, label_name);
  if (table.columns.size() == 1)
    throw UserMistake(fmt::format("{} has no column besides the label '{}'", table.source, table.columns[0].name));
  const Column label = table.columns[label_index];
  check_labels_present(table, label);
  const std::vector<double> values = distinct(label.values);

  Dataset data{.source = table.source, .features = {}, .label_name = label.name, .classes = {}, .labels = {}};
  data.task = chosen_task(label, values, task);
  check_task_fits(label, values.size(), data.task, table.source);
  if (data.task == Task::regression)
    data.labels.assign(label.values.begin(), label.values.end());
  else
    encode_classes(label, values, data);

  table.columns.erase(table.columns.begin() + static_cast<std::ptrdiff_t>(label_index));
  data.features = std::move(table.columns);
  return data;
}

}  // namespace tuner::xgb
