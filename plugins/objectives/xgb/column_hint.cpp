#include "plugins/objectives/xgb/column_hint.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <numeric>
#include <vector>

namespace tuner::xgb {
namespace {

bool same_letter(char a, char b) {
  return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

// Levenshtein's: letters to insert, remove or replace, upper and lower case alike.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);  // distances of a's first i letters to each start of b
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (same_letter(a[i], b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::string nearest(const Table& table, std::string_view typed) {
  std::string name;
  std::size_t least = typed.size() / 3 + 1;  // near = at most one mistake in three letters
  for (const Column& column : table.columns)
    if (const std::size_t distance = edit_distance(typed, column.name); distance < least) {
      least = distance;
      name = column.name;
    }
  return name;
}

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
  const std::string near = nearest(table, typed);
  const std::string question = near.empty() ? "" : fmt::format(" Did you mean '{}'?", near);
  return fmt::format("{} Columns are: {}", question, column_names(table));
}

}  // namespace tuner::xgb
