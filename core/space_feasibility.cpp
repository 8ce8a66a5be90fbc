// Do the forbidden combinations leave anything? Only the parameters that they name, and those parents, can matter, and
// of these only the values at which some condition changes its mind.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/random.h"
#include "core/space_check.h"
#include "core/unit_scale.h"

namespace tuner {
namespace {

constexpr double kMostCombinations = 1e6;
constexpr double kFewCells = 64;  // fewer than these are all tried, which needs no thought about borders
constexpr std::uint64_t kDraws = 10'000;

std::vector<const Condition*> conditions_on(const SearchSpace& space, std::size_t parameter) {
  std::vector<const Condition*> found;
  const auto collect = [&](const std::vector<Condition>& conditions) {
    for (const Condition& condition : conditions)
      if (condition.parameter == parameter) found.push_back(&condition);
  };
  for (const Parameter& child : space.parameters()) collect(child.conditions);
  for (const Forbidden& clause : space.forbidden()) collect(clause);
  return found;
}

std::vector<bool> involved_parameters(const SearchSpace& space) {
  std::vector<bool> involved(space.size());
  for (const Forbidden& clause : space.forbidden())
    for (const Condition& condition : clause) involved[condition.parameter] = true;
  for (std::size_t child = space.size(); child-- > 0;)  // parents stand before their children
    if (involved[child])
      for (const Condition& condition : space.parameters()[child].conditions) involved[condition.parameter] = true;
  return involved;
}

// One value of every stretch on which no condition changes. Borders of a continuous range have no width, so a draw
// never meets them: the middles between them stand for it.
std::vector<double> deciding_values(const SearchSpace& space, std::size_t index) {
  const Parameter& parameter = space.parameters()[index];
  std::vector<double> values;
  if (parameter.cells() <= kFewCells || !parameter.choices.empty()) {
    for (double k = 0; k < parameter.cells(); ++k) values.push_back(value_of_cell(parameter, k));
    return values;
  }
  std::vector<double> borders{parameter.low, parameter.high};
  for (const Condition* condition : conditions_on(space, index)) {
    borders.insert(borders.end(), condition->values.begin(), condition->values.end());
    borders.insert(borders.end(), {condition->low, condition->high});
  }
  std::erase_if(borders, [&](double border) { return border < parameter.low || border > parameter.high; });
  std::sort(borders.begin(), borders.end());
  borders.erase(std::unique(borders.begin(), borders.end()), borders.end());

  const auto nearest = [&](double value) { return unit_to_value(parameter, value_to_unit(parameter, value)); };
  for (std::size_t i = 0; i + 1 < borders.size(); ++i)
    values.push_back(nearest(std::midpoint(borders[i], borders[i + 1])));
  if (parameter.step == 0) return values;
  for (const double border : borders)
    for (const double neighbour : {border - parameter.step, border, border + parameter.step})
      values.push_back(nearest(std::clamp(neighbour, parameter.low, parameter.high)));
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

// Tries values[i] of every parameter with all those before it fixed. True as soon as a combination is allowed.
bool any_allowed(const SearchSpace& space, const std::vector<std::vector<double>>& values,
                 std::vector<double>& configuration, std::size_t index) {
  if (index == space.size()) return !space.is_forbidden(configuration);
  configuration[index] = std::numeric_limits<double>::quiet_NaN();
  if (values[index].empty() || !space.active(index, configuration))
    return any_allowed(space, values, configuration, index + 1);
  return std::any_of(values[index].begin(), values[index].end(), [&](double value) {
    configuration[index] = value;
    return any_allowed(space, values, configuration, index + 1);
  });
}

bool any_draw_allowed(const SearchSpace& space) {
  RandomStream stream(0);
  std::vector<double> cube(space.size());
  for (std::uint64_t draw = 0; draw < kDraws; ++draw) {
    for (double& coordinate : cube) coordinate = stream.uniform();
    if (!space.is_forbidden(space.from_unit(cube))) return true;
  }
  return false;
}

}  // namespace

void check_something_is_allowed(const SearchSpace& space) {
  if (space.forbidden().empty()) return;
  std::vector<std::vector<double>> values(space.size());
  const std::vector<bool> involved = involved_parameters(space);
  double combinations = 1;
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (!involved[i]) continue;
    values[i] = deciding_values(space, i);
    combinations *= static_cast<double>(values[i].size());
  }
  std::vector<double> configuration(space.size());
  if (combinations > kMostCombinations ? any_draw_allowed(space) : any_allowed(space, values, configuration, 0)) return;
  throw SpaceMistake(SpaceMistake::Part::forbidden, 0,
                     combinations > kMostCombinations
                         ? "the forbidden combinations leave nothing (10,000 draws were all forbidden). Relax them."
                         : "the forbidden combinations leave nothing. Remove or relax one.");
}

}  // namespace tuner
