// The nearest known name to what a user typed, for messages of tuner and of plugins alike. Header-only, needs nothing
// but the standard library.
#pragma once

#include <algorithm>
#include <cctype>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tuner::plugin {
namespace detail {

// Levenshtein's distance, with two neighbours in the wrong order counted once and case ignored.
inline std::size_t edit_distance(std::string_view a, std::string_view b) {
  const auto lower = [](char character) { return std::tolower(static_cast<unsigned char>(character)); };
  std::vector<std::size_t> before_previous;
  std::vector<std::size_t> previous(b.size() + 1);
  std::iota(previous.begin(), previous.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::vector<std::size_t> row(b.size() + 1, i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = previous[j - 1] + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1);
      row[j] = std::min({previous[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
        row[j] = std::min(row[j], before_previous[j - 2] + 1);
    }
    before_previous = std::exchange(previous, std::move(row));
  }
  return previous.back();
}

}  // namespace detail

// The known name that is near, or null: one slip in a short name, a third of a long one.
inline const std::string* nearest_name(std::string_view typed, std::span<const std::string> known) {
  const std::string* nearest = nullptr;
  std::size_t best = typed.size() / 3 + 2;
  for (const std::string& name : known)
    if (const std::size_t distance = detail::edit_distance(typed, name); distance < std::min(best, name.size())) {
      best = distance;
      nearest = &name;
    }
  return nearest;
}

// " Did you mean 'eta'?" or, where nothing is near, " Known are: eta, gamma." (at most 12 names); empty for no names.
inline std::string did_you_mean(std::string_view typed, std::span<const std::string> known) {
  constexpr std::size_t kMostNames = 12;
  if (known.empty()) return "";
  if (const std::string* nearest = nearest_name(typed, known)) return " Did you mean '" + *nearest + "'?";
  std::string names;
  for (const std::string& name : known.first(std::min(known.size(), kMostNames)))
    names += (names.empty() ? "" : ", ") + name;
  if (known.size() > kMostNames) names += ", and " + std::to_string(known.size() - kMostNames) + " more";
  return " Known are: " + names + ".";
}

}  // namespace tuner::plugin
