#include "core/space_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/configuration_text.h"
#include "core/error.h"
#include "core/unit_scale.h"
#include "tuner/did_you_mean.h"

namespace tuner {
namespace {

constexpr const char* kTypeNames[] = {"float", "int", "categorical", "ordinal", "bool"};

Json number_json(const Parameter& parameter, double value) {
  return parameter.type == ParameterType::integer ? Json(static_cast<std::int64_t>(value)) : Json(value);
}

Json value_json(const Parameter& parameter, double value) {
  return parameter.choices.empty() ? number_json(parameter, value) : Json::parse(value_to_json(parameter, value));
}

// {parent: [values] | {"low", "high"}}; [] is the condition that never holds.
Json conditions_json(const std::vector<Parameter>& parameters, const std::vector<Condition>& conditions) {
  Json object = Json::object();
  for (const Condition& condition : conditions) {
    const Parameter& parent = parameters[condition.parameter];
    Json& entry = object[parent.name] = Json::array();
    for (const double value : condition.values) entry.push_back(value_json(parent, value));
    if (condition.values.empty() && !condition.never_holds())
      entry = {{"low", number_json(parent, condition.low)}, {"high", number_json(parent, condition.high)}};
  }
  return object;
}

void write_domain(const Parameter& parameter, Json& entry) {
  if (!parameter.choices.empty()) {
    const bool whole_bool = parameter.type == ParameterType::boolean && parameter.low < parameter.high;
    if (whole_bool) return;
    for (double value = parameter.low; value <= parameter.high; ++value)
      entry["choices"].push_back(value_json(parameter, value));
    return;
  }
  entry["low"] = number_json(parameter, parameter.low);
  entry["high"] = number_json(parameter, parameter.high);
  if (parameter.log) entry["log"] = true;
  const double usual_step = parameter.type == ParameterType::integer ? 1 : 0;
  if (parameter.step != usual_step) entry["step"] = number_json(parameter, parameter.step);
}

std::vector<std::string> choice_names(const Parameter& parameter) {
  std::vector<std::string> names;
  for (const std::string& choice : parameter.choices) {
    const Json value = Json::parse(choice);
    names.push_back(value.is_string() ? value.get<std::string>() : choice);
  }
  return names;
}

}  // namespace

double value_from_json(const Parameter& parameter, const Json& value) {
  if (parameter.choices.empty()) {
    if (!value.is_number()) throw UserError(fmt::format("{} = {} is not a number.", parameter.name, value.dump()));
    return snapped(parameter, value.get<double>());
  }
  for (std::size_t i = 0; i < parameter.choices.size(); ++i)
    if (value == Json::parse(parameter.choices[i])) return static_cast<double>(i);
  const std::string typed = value.is_string() ? value.get<std::string>() : value.dump();
  throw UserError(fmt::format("{} = {} is not one of its choices.{}", parameter.name, value.dump(),
                              plugin::did_you_mean(typed, choice_names(parameter))));
}

std::string condition_text(const Parameter& parameter, const Condition& condition) {
  if (condition.values.empty()) {
    if (condition.never_holds()) return fmt::format("a value that {} no longer has", parameter.name);
    if (condition.low <= parameter.low) return fmt::format("{} <= {}", parameter.name, condition.high);
    if (condition.high >= parameter.high) return fmt::format("{} >= {}", parameter.name, condition.low);
    return fmt::format("{} from {} to {}", parameter.name, condition.low, condition.high);
  }
  std::vector<std::string> texts;
  for (const double value : condition.values) texts.push_back(value_to_json(parameter, value));
  return fmt::format("{} = {}", parameter.name, fmt::join(texts, " or "));
}

std::string SearchSpace::to_json() const {
  std::string text = "{\"parameters\": [";
  for (const Parameter& parameter : parameters_) {
    Json entry = {{"name", parameter.name}, {"type", kTypeNames[static_cast<int>(parameter.type)]}};
    write_domain(parameter, entry);
    if (parameter.default_value) entry["default"] = value_json(parameter, *parameter.default_value);
    if (parameter.prior) entry["prior"] = {{"mean", parameter.prior->mean}, {"sd", parameter.prior->sd}};
    if (!parameter.conditions.empty()) entry["when"] = conditions_json(parameters_, parameter.conditions);
    text += (&parameter == &parameters_.front() ? "\n  " : ",\n  ") + entry.dump();
  }
  text += "]";
  if (!forbidden_.empty()) {
    Json clauses = Json::array();
    for (const Forbidden& clause : forbidden_) clauses.push_back(conditions_json(parameters_, clause));
    text += ",\n \"forbidden\": " + clauses.dump();
  }
  return text + "}\n";
}

}  // namespace tuner
