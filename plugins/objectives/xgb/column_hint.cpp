#include "plugins/objectives/xgb/column_hint.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "tuner/did_you_mean.h"

namespace tuner::xgb {
namespace {

std::string column_names(const Table& table) {
  constexpr std::size_t kShown = 20;
  std::vector<std::string_view> names;
  for (const Column& column : table.columns) names.emplace_back(column.name);
  if (names.size() <= kShown) return fmt::format("{}", fmt::join(names, ", "));
  return fmt::format("{}, … {} ({} columns)", fmt::join(names.begin(), names.begin() + kShown - 1, ", "), names.back(),
                     names.size());
}

}  // namespace

std::string column_hint(const Table& table, std::string_view typed) {
  std::vector<std::string> names;
  for (const Column& column : table.columns) names.push_back(column.name);
  const std::string* near = plugin::nearest_name(typed, names);
  const std::string question = near == nullptr ? "" : fmt::format(" Did you mean '{}'?", *near);
  return fmt::format("{} Columns are: {}", question, column_names(table));
}

}  // namespace tuner::xgb
