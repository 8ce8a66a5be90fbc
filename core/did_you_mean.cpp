#include "core/did_you_mean.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <numeric>
#include <utility>
#include <vector>

namespace tuner {
namespace {

constexpr std::size_t kMostNames = 12;

char lower(char character) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(character)));
}

// Levenshtein's distance, with two neighbours in the wrong order counted once and case ignored.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_previous;
  std::vector<std::size_t> previous(b.size() + 1);
  std::iota(previous.begin(), previous.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::vector<std::size_t> row(b.size() + 1, i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
        row[j] = std::min(row[j], before_previous[j - 2] + 1);
    }
    before_previous = std::exchange(previous, std::move(row));
  }
  return previous.back();
}

}  // namespace

std::string did_you_mean(std::string_view typed, std::span<const std::string> known) {
  if (known.empty()) return "";
  const std::string* nearest = nullptr;
  std::size_t best = typed.size() / 3 + 2;  // one slip in a short name, a third of a long one
  for (const std::string& name : known)
    if (const std::size_t distance = edit_distance(typed, name); distance < std::min(best, name.size())) {
      best = distance;
      nearest = &name;
    }
  if (nearest != nullptr) return fmt::format(" Did you mean '{}'?", *nearest);

  const auto shown = known.first(std::min(known.size(), kMostNames));
  const std::string rest = known.size() > kMostNames ? fmt::format(", and {} more", known.size() - kMostNames) : "";
  return fmt::format(" Known are: {}{}.", fmt::join(shown, ", "), rest);
}

}  // namespace tuner
