#include "plugins/strategies/common/forbidden.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tuner::strategies {
namespace {

using Json = nlohmann::ordered_json;

double value_from(const tuner_parameter& parameter, const Json& value) {
  if (parameter.choice_count == 0) return value.get<double>();
  std::uint32_t index = 0;
  while (index < parameter.choice_count && value != Json::parse(parameter.choices[index])) ++index;
  return index;
}

// The space's text lists choices and gives numbers as a list or as {"low", "high"}.
ForbiddenCondition condition_from(const plugin::Space& space, std::size_t parameter, const Json& wanted) {
  ForbiddenCondition condition{parameter};
  if (wanted.is_object()) {
    condition.low = wanted.at("low").get<double>();
    condition.high = wanted.at("high").get<double>();
  } else {
    for (const Json& value : wanted) condition.values.push_back(value_from(space[parameter], value));
  }
  return condition;
}

void add(const std::vector<bool>& more, std::vector<bool>& to) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = to[i] || more[i];
}

std::vector<std::vector<bool>> ancestors_in(const plugin::Space& space) {
  std::vector<std::vector<bool>> ancestors(space.size(), std::vector<bool>(space.size()));
  for (std::size_t i = 0; i < space.size(); ++i)  // parents stand before their children
    for (std::size_t c = 0; c < space[i].condition_count; ++c) {
      const std::size_t parent = space[i].conditions[c]->parent;
      ancestors[i][parent] = true;
      add(ancestors[parent], ancestors[i]);
    }
  return ancestors;
}

}  // namespace

bool ForbiddenCondition::holds(double value) const {
  if (values.empty()) return value >= low && value <= high;
  return std::find(values.begin(), values.end(), value) != values.end();
}

ForbiddenCombinations::ForbiddenCombinations(const plugin::Space& space) {
  const Json clauses = Json::parse(space.json()).value("forbidden", Json::array());
  if (clauses.empty()) return;
  ancestors_ = ancestors_in(space);
  for (const Json& named : clauses) {
    ForbiddenClause clause{{}, std::vector<bool>(space.size())};
    for (const auto& [name, wanted] : named.items()) {
      const std::size_t parameter = space.find(name);
      clause.conditions.push_back(condition_from(space, parameter, wanted));
      clause.parameters[parameter] = true;
      add(ancestors_[parameter], clause.parameters);
    }
    std::sort(clause.conditions.begin(), clause.conditions.end(),
              [](const auto& a, const auto& b) { return a.parameter < b.parameter; });
    clauses_.push_back(std::move(clause));
  }
  std::stable_sort(clauses_.begin(), clauses_.end(),
                   [](const auto& a, const auto& b) { return a.last().parameter < b.last().parameter; });
}

const ForbiddenClause* ForbiddenCombinations::widest_met(std::span<const double> configuration) const {
  const auto met = std::find_if(clauses_.begin(), clauses_.end(), [&](const ForbiddenClause& clause) {
    return std::all_of(clause.conditions.begin(), clause.conditions.end(), [&](const ForbiddenCondition& condition) {
      return condition.holds(configuration[condition.parameter]);
    });
  });
  return met == clauses_.end() ? nullptr : &*met;
}

}  // namespace tuner::strategies
