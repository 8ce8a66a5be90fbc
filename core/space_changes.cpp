#include "core/space_changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "core/configuration_text.h"
#include "core/error.h"
#include "core/space_check.h"
#include "core/unit_scale.h"

namespace tuner {
namespace {

struct Assignment {
  std::size_t parameter;
  std::string_view value;
};

Assignment parse(const SearchSpace& space, std::string_view text, std::string_view example) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) throw UserError(fmt::format("it is not of the form {}.", example));
  return {space.index_of(text.substr(0, equals)), text.substr(equals + 1)};
}

double allowed_value(const Parameter& parameter, std::string_view text) {
  const double value = value_from_text(parameter, text);
  if (const auto problem = value_problem(parameter, value))
    throw UserError(fmt::format("{} (it can only be narrowed).", *problem));
  return value;
}

// The value after the change, if it is still there. Choices that went away shift the indices of those that stayed.
std::optional<double> moved(const Parameter& parameter, double value,
                            const std::vector<std::optional<double>>& new_index) {
  const std::optional<double> now = new_index.empty() ? value : new_index[static_cast<std::size_t>(value)];
  return now && !value_problem(parameter, *now) ? now : std::nullopt;
}

// What is left of a condition on `parameter`.
void follow(Condition& condition, const Parameter& parameter, const std::vector<std::optional<double>>& new_index) {
  if (condition.values.empty()) {
    if (condition.high < parameter.low || condition.low > parameter.high) condition = {condition.parameter, {}, 1, 0};
    return;
  }
  std::vector<double> left;
  for (const double value : condition.values)
    if (const auto now = moved(parameter, value, new_index)) left.push_back(*now);
  condition.values = std::move(left);
  if (condition.values.empty()) condition = {condition.parameter, {}, 1, 0};
}

SearchSpace rebuilt(const SearchSpace& space, Parameter changed, const std::vector<std::optional<double>>& new_index) {
  std::vector<Parameter> parameters = space.parameters();
  std::vector<Forbidden> forbidden = space.forbidden();
  const std::size_t index = space.index_of(changed.name);
  // Where the default went away, the middle of what is left takes its place.
  if (changed.default_value) changed.default_value = moved(changed, *changed.default_value, new_index);
  parameters[index] = std::move(changed);
  const auto follow_all = [&](std::vector<Condition>& conditions) {
    for (Condition& condition : conditions)
      if (condition.parameter == index) follow(condition, parameters[index], new_index);
  };
  for (Parameter& child : parameters) follow_all(child.conditions);
  for (Forbidden& clause : forbidden) follow_all(clause);
  std::erase_if(forbidden, [](const Forbidden& clause) {
    return std::any_of(clause.begin(), clause.end(), std::mem_fn(&Condition::never_holds));
  });
  return SearchSpace::from_parts(std::move(parameters), std::move(forbidden));
}

SearchSpace with_range(const SearchSpace& space, std::size_t index, double low, double high) {
  Parameter changed = space.parameters()[index];
  changed.low = low;
  changed.high = high;
  if (changed.type == ParameterType::real && low == high) changed.step = 0;
  return rebuilt(space, std::move(changed), {});
}

SearchSpace with_choices(const SearchSpace& space, std::size_t index, std::vector<double> kept) {
  std::sort(kept.begin(), kept.end());
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  Parameter changed = space.parameters()[index];
  if (changed.type == ParameterType::boolean) return with_range(space, index, kept.front(), kept.back());
  std::vector<std::optional<double>> new_index(changed.choices.size());
  std::vector<std::string> choices;
  for (const double choice : kept) {
    new_index[static_cast<std::size_t>(choice)] = static_cast<double>(choices.size());
    choices.push_back(changed.choices[static_cast<std::size_t>(choice)]);
  }
  changed.choices = std::move(choices);
  changed.high = static_cast<double>(changed.choices.size()) - 1;
  return rebuilt(space, std::move(changed), new_index);
}

double bound(const Parameter& parameter, std::string_view text, double otherwise) {
  if (text.empty()) return otherwise;
  const double value = value_from_text(parameter, text);
  if (value < parameter.low || value > parameter.high)
    throw UserError(
        fmt::format("{} is outside [{}, {}] (it can only be narrowed).", value, parameter.low, parameter.high));
  return value;
}

SearchSpace narrowed_range(const SearchSpace& space, const Assignment& assignment) {
  const Parameter& parameter = space.parameters()[assignment.parameter];
  const std::size_t colon = assignment.value.find(':');
  if (colon == std::string_view::npos)
    throw UserError(fmt::format("'{}' is not a range low:high. Use --fix {}={} for one value.", assignment.value,
                                parameter.name, assignment.value));
  double low = bound(parameter, assignment.value.substr(0, colon), parameter.low);
  double high = bound(parameter, assignment.value.substr(colon + 1), parameter.high);
  if (low > high) throw UserError(fmt::format("the range is empty ({} is above {}). Swap them.", low, high));
  if (parameter.step > 0) {  // to the steps inside
    constexpr double kTolerance = 1e-6;
    const double first = std::ceil((low - parameter.low) / parameter.step - kTolerance);
    const double last = std::floor((high - parameter.low) / parameter.step + kTolerance);
    if (first > last)
      throw UserError(
          fmt::format("none of the values {} plus a multiple of {} lies in it.", parameter.low, parameter.step));
    low = value_of_cell(parameter, first);
    high = value_of_cell(parameter, last);
  }
  return with_range(space, assignment.parameter, low, high);
}

SearchSpace narrowed_choices(const SearchSpace& space, const Assignment& assignment) {
  std::vector<double> kept;
  for (const std::string_view text : split_at_commas(assignment.value))
    kept.push_back(allowed_value(space.parameters()[assignment.parameter], text));
  return with_choices(space, assignment.parameter, std::move(kept));
}

}  // namespace

SearchSpace fixed(const SearchSpace& space, std::string_view text) try {
  const Assignment assignment = parse(space, text, "name=value");
  const Parameter& parameter = space.parameters()[assignment.parameter];
  const double value = allowed_value(parameter, assignment.value);
  return parameter.choices.empty() ? with_range(space, assignment.parameter, value, value)
                                   : with_choices(space, assignment.parameter, {value});
} catch (const UserError& mistake) {
  throw UserError(fmt::format("--fix {}: {}", text, mistake.what()));
}

SearchSpace narrowed(const SearchSpace& space, std::string_view text) try {
  const Assignment assignment = parse(space, text, "name=low:high or name=choice,choice");
  return space.parameters()[assignment.parameter].choices.empty() ? narrowed_range(space, assignment)
                                                                  : narrowed_choices(space, assignment);
} catch (const UserError& mistake) {
  throw UserError(fmt::format("--narrow {}: {}", text, mistake.what()));
}

}  // namespace tuner
