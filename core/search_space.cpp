#include "core/search_space.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/allowed_search.h"
#include "core/configuration_text.h"
#include "core/error.h"
#include "core/random.h"
#include "core/space_check.h"
#include "core/unit_scale.h"
#include "tuner/did_you_mean.h"

namespace tuner {
namespace {

// At one allowed in a hundred this many draws in a row are forbidden once in 30,000 times.
constexpr int kMostDraws = 1000;

// Whether a step ends on `high` may not depend on the rounding of (high - low) / step.
constexpr double kStepTolerance = 1e-6;

double default_of(const Parameter& parameter) {
  if (parameter.default_value) return *parameter.default_value;
  const bool unordered = parameter.type == ParameterType::categorical || parameter.type == ParameterType::boolean;
  return unordered ? parameter.low : unit_to_value(parameter, 0.5);
}

bool never_active(const Parameter& parameter, const std::vector<bool>& never) {
  return std::any_of(parameter.conditions.begin(), parameter.conditions.end(),
                     [&](const Condition& condition) { return never[condition.parameter] || condition.never_holds(); });
}

bool met(const Forbidden& clause, std::span<const double> configuration) {
  return std::all_of(clause.begin(), clause.end(),
                     [&](const Condition& condition) { return condition.holds(configuration[condition.parameter]); });
}

}  // namespace

bool Condition::holds(double value) const {
  if (values.empty()) return value >= low && value <= high;
  return std::find(values.begin(), values.end(), value) != values.end();
}

double Parameter::cells() const {
  if (low == high) return 1;
  if (step == 0) return std::numeric_limits<double>::infinity();
  return std::floor((high - low) / step + kStepTolerance) + 1;
}

SearchSpace::SearchSpace(std::vector<Parameter> parameters, std::vector<Forbidden> forbidden)
    : parameters_(std::move(parameters)), forbidden_(std::move(forbidden)) {}

SearchSpace SearchSpace::from_parts(std::vector<Parameter> parameters, std::vector<Forbidden> forbidden) {
  check_parts(parameters, forbidden);
  put_parents_first(parameters, forbidden);
  SearchSpace space(std::move(parameters), std::move(forbidden));
  if (!space.forbidden_.empty()) space.allowed_ = std::make_shared<const AllowedSearch>(space);
  return space;
}

std::optional<std::size_t> SearchSpace::find(std::string_view name) const {
  for (std::size_t i = 0; i < size(); ++i)
    if (parameters_[i].name == name) return i;
  return {};
}

std::size_t SearchSpace::index_of(std::string_view name) const {
  if (const auto index = find(name)) return *index;
  std::vector<std::string> known;
  for (const Parameter& parameter : parameters_) known.push_back(parameter.name);
  throw UserError(fmt::format("there is no parameter '{}'.{}", name, plugin::did_you_mean(name, known)));
}

double SearchSpace::cells() const {
  double product = 1;
  std::vector<bool> never(size());
  for (std::size_t i = 0; i < size(); ++i) {
    never[i] = never_active(parameters_[i], never);
    if (!never[i]) product *= parameters_[i].cells();
  }
  return product;
}

bool SearchSpace::active(std::size_t parameter, std::span<const double> configuration) const {
  return met(parameters_[parameter].conditions, configuration);
}

void SearchSpace::make_canonical(std::span<double> configuration) const {
  for (std::size_t i = 0; i < size(); ++i) {
    double& value = configuration[i];
    if (!active(i, configuration))
      value = kInactive;
    else
      value = std::isnan(value) ? default_of(parameters_[i]) : snapped(parameters_[i], value);
  }
}

bool SearchSpace::contains(std::span<const double> configuration) const {
  // First, since it needs no text: strategies ask this of one point after the other.
  return configuration.size() == size() && !is_forbidden(configuration) && !violation(configuration);
}

bool SearchSpace::is_forbidden(std::span<const double> configuration) const {
  return std::any_of(forbidden_.begin(), forbidden_.end(),
                     [&](const Forbidden& clause) { return met(clause, configuration); });
}

std::optional<std::string> SearchSpace::violation(std::span<const double> configuration) const {
  if (configuration.size() != size())
    return fmt::format("{} values were given for {} parameters", configuration.size(), size());
  for (std::size_t i = 0; i < size(); ++i) {
    const Parameter& parameter = parameters_[i];
    if (active(i, configuration)) {
      if (auto problem = value_problem(parameter, configuration[i])) return problem;
    } else if (!std::isnan(configuration[i])) {
      return fmt::format("{} has a value but is inactive here (it needs {})", parameter.name,
                         conjunction_text(*this, parameter.conditions));
    }
  }
  for (const Forbidden& clause : forbidden_)
    if (met(clause, configuration)) return fmt::format("{} is forbidden", conjunction_text(*this, clause));
  return {};
}

std::vector<double> SearchSpace::from_unit(std::span<const double> cube) const {
  std::vector<double> configuration(size(), kInactive);
  for (std::size_t i = 0; i < size(); ++i)
    if (active(i, configuration)) configuration[i] = unit_to_value(parameters_[i], cube[i]);
  return configuration;
}

std::vector<double> SearchSpace::to_unit(std::span<const double> configuration) const {
  std::vector<double> cube(size(), 0.5);
  for (std::size_t i = 0; i < size(); ++i)
    if (!std::isnan(configuration[i])) cube[i] = value_to_unit(parameters_[i], configuration[i]);
  return cube;
}

std::vector<double> SearchSpace::sample(std::uint64_t seed, std::uint64_t index) const {
  RandomStream stream(mix(seed, index));
  std::vector<double> cube(size());
  for (int draw = 0; draw < kMostDraws; ++draw) {
    for (double& coordinate : cube) coordinate = stream.uniform();
    std::vector<double> configuration = from_unit(cube);
    if (!is_forbidden(configuration)) return configuration;
  }
  return allowed_->draw(*this, stream);
}

bool SearchSpace::has_defaults() const {
  return std::ranges::any_of(parameters_,
                             [](const Parameter& parameter) { return parameter.default_value.has_value(); });
}

std::vector<double> SearchSpace::defaults() const {
  std::vector<double> configuration(size(), kInactive);
  make_canonical(configuration);
  return configuration;
}

}  // namespace tuner
