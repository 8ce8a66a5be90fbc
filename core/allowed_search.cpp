#include "core/allowed_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/space_check.h"
#include "core/unit_scale.h"

namespace tuner {
namespace {

constexpr double kFewCells = 64;                // fewer than these are all tried, which needs no thought about borders
constexpr std::uint64_t kMostProofSteps = 2e6;  // a tree over a million combinations has at most twice as many nodes
constexpr std::uint64_t kMostDrawSteps = 20'000;  // some milliseconds
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

void add(const std::vector<bool>& more, std::vector<bool>& to) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = to[i] || more[i];
}

void sort_and_keep_between(double low, double high, std::vector<double>& borders) {
  std::erase_if(borders, [&](double border) { return !(border >= low && border <= high); });
  std::sort(borders.begin(), borders.end());
  borders.erase(std::unique(borders.begin(), borders.end()), borders.end());
}

// The lowest cell whose value is at least `value`; cells() where there is none.
double first_cell_from(const Parameter& parameter, double value) {
  const double cells = parameter.cells();
  double k = std::clamp(std::ceil((value - parameter.low) / parameter.step), 0.0, cells);
  while (k > 0 && value_of_cell(parameter, k - 1) >= value) --k;  // the division may have rounded
  while (k < cells && value_of_cell(parameter, k) < value) ++k;
  return k;
}

// The cells at which a stretch begins.
std::vector<double> first_cells(const SearchSpace& space, std::size_t index) {
  const Parameter& parameter = space.parameters()[index];
  const double cells = parameter.cells();
  std::vector<double> firsts{0, cells};
  const auto add_range = [&](double low, double high) {
    firsts.push_back(first_cell_from(parameter, low));
    firsts.push_back(first_cell_from(parameter, std::nextafter(high, std::numeric_limits<double>::infinity())));
  };
  if (cells <= kFewCells || !parameter.choices.empty())
    for (double k = 0; k < cells; ++k) firsts.push_back(k);
  else
    for (const Condition* condition : conditions_on(space, index)) {
      if (condition->values.empty()) add_range(condition->low, condition->high);
      for (const double value : condition->values) add_range(value, value);
    }
  sort_and_keep_between(0, cells, firsts);
  return firsts;
}

std::vector<double> borders_of(const SearchSpace& space, std::size_t index) {
  const Parameter& parameter = space.parameters()[index];
  std::vector<double> borders{parameter.low, parameter.high};
  for (const Condition* condition : conditions_on(space, index)) {
    borders.insert(borders.end(), condition->values.begin(), condition->values.end());
    if (condition->values.empty()) borders.insert(borders.end(), {condition->low, condition->high});
  }
  sort_and_keep_between(parameter.low, parameter.high, borders);
  return borders;
}

// The parameter cut down to [low, high], so that its scale does the rest.
Parameter part_of(const Parameter& parameter, double low, double high) {
  Parameter part;
  part.type = parameter.type;
  part.low = low;
  part.high = high;
  part.step = parameter.step;
  part.log = parameter.log;
  return part;
}

// Borders may belong to what is forbidden beside them; where few numbers lie between, a draw would often meet them.
double value_between(const Parameter& parameter, double low, double high, RandomStream& stream) {
  const double value = unit_to_value(part_of(parameter, low, high), stream.uniform());
  if (std::isfinite(parameter.cells())) return snapped(parameter, value);
  return value > low && value < high ? value : std::midpoint(low, high);
}

std::optional<std::vector<double>> allowed_draw(const SearchSpace& space, RandomStream& stream) {
  std::vector<double> cube(space.size());
  for (std::uint64_t draw = 0; draw < kDraws; ++draw) {
    for (double& coordinate : cube) coordinate = stream.uniform();
    std::vector<double> configuration = space.from_unit(cube);
    if (!space.is_forbidden(configuration)) return configuration;
  }
  return {};
}

}  // namespace

struct AllowedSearch::Walk {
  const SearchSpace& space;
  RandomStream& stream;
  std::uint64_t& steps;  // that are left
  std::vector<double> configuration;
};

// Borders of a continuous range have no width, so a draw never meets them: stretches are what lies between.
std::vector<AllowedSearch::Stretch> AllowedSearch::stretches_of(const SearchSpace& space, std::size_t index) {
  const Parameter& parameter = space.parameters()[index];
  const bool continuous = std::isinf(parameter.cells());
  const std::vector<double> starts = continuous ? borders_of(space, index) : first_cells(space, index);
  std::vector<Stretch> stretches;
  for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
    const double low = continuous ? starts[i] : value_of_cell(parameter, starts[i]);
    const double high = continuous ? starts[i + 1] : value_of_cell(parameter, starts[i + 1] - 1);
    const double between = value_to_unit(parameter, high) - value_to_unit(parameter, low);
    const double cell = continuous ? 0 : 1 / parameter.cells();  // of log integers too: only the order depends on it
    stretches.push_back({low, high, std::max(between + cell, std::numeric_limits<double>::min())});
  }
  return stretches;
}

// Each next with a probability proportional to its width: the order of arrival where each is awaited with that rate.
std::vector<const AllowedSearch::Stretch*> AllowedSearch::in_random_order(const std::vector<Stretch>& stretches,
                                                                          RandomStream& stream) {
  std::vector<std::pair<double, const Stretch*>> arrivals;
  arrivals.reserve(stretches.size());
  for (const Stretch& stretch : stretches)
    arrivals.emplace_back(-std::log1p(-stream.uniform()) / stretch.width, &stretch);
  std::sort(arrivals.begin(), arrivals.end());
  std::vector<const Stretch*> order;
  order.reserve(stretches.size());
  for (const auto& [arrival, stretch] : arrivals) order.push_back(stretch);
  return order;
}

AllowedSearch::AllowedSearch(const SearchSpace& space) : stretches_(space.size()) {
  const std::vector<bool> involved = involved_parameters(space);
  for (std::size_t i = 0; i < space.size(); ++i)
    if (involved[i]) stretches_[i] = stretches_of(space, i);
  index_clauses(space);

  RandomStream stream(0);
  std::uint64_t steps = kMostProofSteps;
  auto example = search(space, stream, steps);
  const bool proved = steps > 0;
  if (!example && !proved) example = allowed_draw(space, stream);
  if (!example)
    throw SpaceMistake(SpaceMistake::Part::forbidden, 0,
                       proved
                           ? "the forbidden combinations leave nothing. Remove or relax one."
                           : "the forbidden combinations leave nothing (10,000 draws were all forbidden). Relax them.");
  example_ = *std::move(example);
}

void AllowedSearch::index_clauses(const SearchSpace& space) {
  ancestors_.assign(space.size(), Parameters(space.size()));
  for (std::size_t i = 0; i < space.size(); ++i)
    for (const Condition& condition : space.parameters()[i].conditions) {
      ancestors_[i][condition.parameter] = true;
      add(ancestors_[condition.parameter], ancestors_[i]);
    }
  clauses_.resize(space.size());
  for (std::size_t clause = 0; clause < space.forbidden().size(); ++clause) {
    Parameters& named = clause_parameters_.emplace_back(space.size());
    std::size_t last = 0;
    for (const Condition& condition : space.forbidden()[clause]) {
      named[condition.parameter] = true;
      add(ancestors_[condition.parameter], named);
      last = std::max(last, condition.parameter);
    }
    clauses_[last].push_back(clause);
  }
}

const AllowedSearch::Parameters* AllowedSearch::reason_against(const Walk& walk, std::size_t index) const {
  for (const std::size_t clause : clauses_[index]) {
    const Forbidden& conditions = walk.space.forbidden()[clause];
    if (std::all_of(conditions.begin(), conditions.end(),
                    [&](const Condition& c) { return c.holds(walk.configuration[c.parameter]); }))
      return &clause_parameters_[clause];
  }
  return nullptr;
}

// Chooses values from parameter `index` on. Nothing where that succeeded; otherwise the parameters before it of which
// one must change, so that those between are not tried in vain (conflict-directed backjumping: Prosser, "Hybrid
// algorithms for the constraint satisfaction problem", Computational Intelligence 9, 1993).
std::optional<AllowedSearch::Parameters> AllowedSearch::complete(Walk& walk, std::size_t index) const {
  if (index == walk.space.size()) return {};
  const Parameter& parameter = walk.space.parameters()[index];
  double& value = walk.configuration[index];
  value = kInactive;
  if (!walk.space.active(index, walk.configuration)) return complete(walk, index + 1);
  if (stretches_[index].empty()) {
    value = unit_to_value(parameter, walk.stream.uniform());
    return complete(walk, index + 1);
  }
  Parameters reasons = ancestors_[index];
  for (const Stretch* stretch : in_random_order(stretches_[index], walk.stream)) {
    if (walk.steps == 0) break;
    --walk.steps;
    value = value_between(parameter, stretch->low, stretch->high, walk.stream);
    if (const Parameters* reason = reason_against(walk, index)) {
      add(*reason, reasons);
      continue;
    }
    auto reasons_after = complete(walk, index + 1);
    if (!reasons_after) return {};
    if (!(*reasons_after)[index]) return reasons_after;
    add(*reasons_after, reasons);
  }
  reasons[index] = false;
  return reasons;
}

std::optional<std::vector<double>> AllowedSearch::search(const SearchSpace& space, RandomStream& stream,
                                                         std::uint64_t& steps) const {
  Walk walk{space, stream, steps, std::vector<double>(space.size(), kInactive)};
  if (complete(walk, 0)) return {};
  return walk.configuration;
}

std::vector<double> AllowedSearch::like_example(const SearchSpace& space, RandomStream& stream) const {
  std::vector<double> configuration = example_;
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (!stretches_[i].empty()) continue;
    const bool active = space.active(i, configuration);
    configuration[i] = active ? unit_to_value(space.parameters()[i], stream.uniform()) : kInactive;
  }
  return configuration;
}

std::vector<double> AllowedSearch::draw(const SearchSpace& space, RandomStream& stream) const {
  std::uint64_t steps = kMostDrawSteps;
  auto found = search(space, stream, steps);
  return found ? *std::move(found) : like_example(space, stream);
}

}  // namespace tuner
