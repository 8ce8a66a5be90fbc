// SearchSpace::from_json(): the JSON form of DESIGN.md, read strictly.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/json_places.h"
#include "core/search_space.h"
#include "core/space_check.h"
#include "core/space_json.h"
#include "tuner/did_you_mean.h"

namespace tuner {
namespace {

using Part = SpaceMistake::Part;

const std::vector<std::string> kTypes{"float", "int", "categorical", "ordinal", "bool"};  // as in ParameterType
const std::vector<std::string> kTopKeys{"parameters", "forbidden"};
const std::vector<std::string> kNumberKeys{"name", "type", "low", "high", "log", "step", "default", "prior", "when"};
const std::vector<std::string> kChoiceKeys{"name", "type", "choices", "default", "when"};
const std::vector<std::string> kRangeKeys{"low", "high"};
const std::vector<std::string> kPriorKeys{"mean", "sd"};

void check_keys(const Json& object, const std::vector<std::string>& known) {
  for (const auto& [key, value] : object.items())
    if (std::find(known.begin(), known.end(), key) == known.end())
      throw UserError(fmt::format("unknown key {:?}.{}", key, plugin::did_you_mean(key, known)));
}

double read_number(const Json& value, std::string_view key) {
  if (!value.is_number()) throw UserError(fmt::format("\"{}\" = {}, which is not a number.", key, value.dump()));
  constexpr std::int64_t kLargest = std::int64_t{1} << 53;
  const bool too_large = value.is_number_unsigned()
                             ? value.get<std::uint64_t>() > static_cast<std::uint64_t>(kLargest)
                             : value.is_number_integer() && value.get<std::int64_t>() < -kLargest;
  if (too_large)
    throw UserError(
        fmt::format("{} = {} (an integer beyond 2^53 has no exact double). Bring it nearer to 0.", key, value.dump()));
  return value.get<double>();
}

double read_number(const Json& entry, const char* key, double otherwise) {
  return entry.contains(key) ? read_number(entry[key], key) : otherwise;
}

double read_needed_number(const Json& entry, const char* key) {
  if (!entry.contains(key)) throw UserError(fmt::format("no \"{}\". Add one", key));
  return read_number(entry[key], key);
}

void read_numeric_domain(const Json& entry, Parameter& parameter) {
  parameter.low = read_needed_number(entry, "low");
  parameter.high = read_needed_number(entry, "high");
  const bool integer = parameter.type == ParameterType::integer;
  parameter.step = read_number(entry, "step", integer ? 1 : 0);
  if (!integer && entry.contains("step") && parameter.step == 0)
    throw UserError("step = 0 (needs step > 0). Remove it for a continuous range.");
  if (!entry.contains("log")) return;
  if (!entry["log"].is_boolean())
    throw UserError(fmt::format("\"log\" = {}, which is not true or false.", entry["log"].dump()));
  parameter.log = entry["log"].get<bool>();
}

Prior read_prior(const Json& entry) {
  if (!entry.is_object()) throw UserError(fmt::format("{} is not an object {{\"mean\", \"sd\"}}.", entry.dump()));
  check_keys(entry, kPriorKeys);
  const Prior prior{read_needed_number(entry, "mean"), read_needed_number(entry, "sd")};
  if (prior.sd <= 0) throw UserError(fmt::format("sd = {} (needs sd > 0). To fix the value use --fix.", prior.sd));
  return prior;
}

const Json& choice_list(const Json& entry) {
  if (!entry.contains("choices")) throw UserError("no \"choices\". Add a list of them.");
  const Json& choices = entry["choices"];
  if (!choices.is_array() || choices.empty())
    throw UserError(fmt::format("\"choices\" = {}, which is not a list of at least one.", choices.dump()));
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (!choices[i].is_primitive())
      throw UserError(
          fmt::format("the choice {} (choices are strings, numbers, booleans or null).", choices[i].dump()));
    for (std::size_t other = 0; other < i; ++other)
      if (choices[i] == choices[other])
        throw UserError(fmt::format(
            "the choice {} twice{}. Remove one.", choices[i].dump(),
            choices[i].dump() == choices[other].dump() ? "" : fmt::format(" (it equals {})", choices[other].dump())));
  }
  return choices;
}

void read_choices(const Json& entry, Parameter& parameter) {
  for (const Json& choice : choice_list(entry)) parameter.choices.push_back(choice.dump());
  parameter.high = static_cast<double>(parameter.choices.size()) - 1;
  parameter.step = 1;
}

// "choices" of a bool is what --fix leaves: [true] or [false].
void read_bool(const Json& entry, Parameter& parameter) {
  const Json choices = entry.contains("choices") ? choice_list(entry) : Json{false, true};
  for (const Json& choice : choices)
    if (!choice.is_boolean()) throw UserError(fmt::format("the choice {} for a bool.", choice.dump()));
  const auto offers = [&](bool value) {
    return std::find(choices.begin(), choices.end(), Json(value)) != choices.end();
  };
  parameter.choices = {"false", "true"};
  parameter.low = offers(false) ? 0 : 1;
  parameter.high = offers(true) ? 1 : 0;
  parameter.step = 1;
}

ParameterType read_type(const Json& entry) {
  if (!entry.contains("type")) throw UserError("no \"type\". Add \"type\": \"float\", for example.");
  const Json& type = entry["type"];
  const std::string name = type.is_string() ? type.get<std::string>() : "";
  const auto known = std::find(kTypes.begin(), kTypes.end(), name);
  if (known == kTypes.end())
    throw UserError(fmt::format("unknown type {}.{}", type.dump(), plugin::did_you_mean(name, kTypes)));
  return static_cast<ParameterType>(known - kTypes.begin());
}

void read_domain(const Json& entry, Parameter& parameter) {
  parameter.type = read_type(entry);
  if (parameter.type == ParameterType::real || parameter.type == ParameterType::integer) {
    check_keys(entry, kNumberKeys);
    read_numeric_domain(entry, parameter);
  } else {
    check_keys(entry, kChoiceKeys);
    parameter.type == ParameterType::boolean ? read_bool(entry, parameter) : read_choices(entry, parameter);
  }
}

// Runs `read` and puts what it was about before its complaint.
template <class Read>
void say_where(Part part, std::size_t index, const std::string& about, Read read) {
  try {
    read();
  } catch (const UserError& mistake) {
    throw SpaceMistake(part, index, about + mistake.what());
  }
}

Parameter read_parameter(const Json& entry, std::size_t index) {
  if (!entry.is_object())
    throw SpaceMistake(Part::parameter, index,
                       fmt::format("parameter {} of the list is {}, not an object.", index + 1, entry.dump()));
  if (!entry.contains("name") || !entry["name"].is_string())
    throw SpaceMistake(Part::parameter, index,
                       fmt::format("parameter {} of the list has no \"name\" (a string). Add one.", index + 1));
  Parameter parameter;
  parameter.name = entry["name"].get<std::string>();
  check_name(parameter.name, index);  // now, since the messages below print it
  say_where(Part::parameter, index, fmt::format("parameter '{}' has ", parameter.name),
            [&] { read_domain(entry, parameter); });
  if (entry.contains("prior"))
    say_where(Part::parameter, index, fmt::format("the prior of parameter '{}': ", parameter.name),
              [&] { parameter.prior = read_prior(entry["prior"]); });
  if (entry.contains("default"))
    say_where(Part::parameter, index, fmt::format("parameter '{}' has a default that it cannot take: ", parameter.name),
              [&] { parameter.default_value = value_from_json(parameter, entry["default"]); });
  return parameter;
}

bool is_choice(const Parameter& parameter) {
  return !parameter.choices.empty();
}

// {"low", "high"}, either of which may be left out. Of an ordinal these are two of its choices.
Condition read_range(const Parameter& parent, const Json& range) {
  if (parent.type == ParameterType::categorical || parent.type == ParameterType::boolean)
    throw UserError(fmt::format("{} has no order, so no range. List its values.", parent.name));
  check_keys(range, kRangeKeys);
  if (range.empty()) throw UserError(fmt::format("the range of {} has neither \"low\" nor \"high\".", parent.name));
  Condition condition;
  condition.low = range.contains("low") ? value_from_json(parent, range["low"]) : parent.low;
  condition.high = range.contains("high") ? value_from_json(parent, range["high"]) : parent.high;
  if (condition.low > condition.high)
    throw UserError(fmt::format("the range {} holds no value of {}.", range.dump(), parent.name));
  if (!is_choice(parent)) return condition;
  for (double value = condition.low; value <= condition.high; ++value) condition.values.push_back(value);
  return condition;
}

Condition read_condition(const Parameter& parent, const Json& wanted) {
  Condition condition;
  if (wanted.is_object()) {
    condition = read_range(parent, wanted);
  } else if (wanted.is_array()) {
    for (const Json& value : wanted) condition.values.push_back(value_from_json(parent, value));
    if (wanted.empty()) condition.low = 1;  // and high = 0: never
  } else {
    condition.values.push_back(value_from_json(parent, wanted));
  }
  return condition;
}

std::size_t index_of(const std::vector<Parameter>& parameters, const std::string& name) {
  std::vector<std::string> known;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].name == name) return i;
    known.push_back(parameters[i].name);
  }
  throw UserError(fmt::format("there is no parameter '{}'.{}", name, plugin::did_you_mean(name, known)));
}

std::vector<Condition> read_conditions(const std::vector<Parameter>& parameters, const Json& object) {
  if (!object.is_object())
    throw UserError(fmt::format("{} is not an object of parameters and their values.", object.dump()));
  std::vector<Condition> conditions;
  for (const auto& [name, wanted] : object.items()) {
    const std::size_t parent = index_of(parameters, name);
    conditions.push_back(read_condition(parameters[parent], wanted));
    conditions.back().parameter = parent;
  }
  return conditions;
}

std::vector<Parameter> read_parameters(const Json& entries) {
  std::vector<Parameter> parameters;
  for (std::size_t i = 0; i < entries.size(); ++i) parameters.push_back(read_parameter(entries[i], i));
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (entries[i].contains("when"))
      say_where(Part::parameter, i, fmt::format("\"when\" of parameter '{}': ", parameters[i].name),
                [&] { parameters[i].conditions = read_conditions(parameters, entries[i]["when"]); });
  return parameters;
}

std::vector<Forbidden> read_forbidden(const Json& clauses, const std::vector<Parameter>& parameters) {
  if (!clauses.is_array()) throw SpaceMistake(Part::whole, 0, "\"forbidden\" is not a list of combinations.");
  std::vector<Forbidden> forbidden;
  for (std::size_t i = 0; i < clauses.size(); ++i)
    say_where(Part::forbidden, i, fmt::format("forbidden combination {}: ", i + 1),
              [&] { forbidden.push_back(read_conditions(parameters, clauses[i])); });
  return forbidden;
}

// What --fix and --narrow leave of a condition on the values that a parent lost; from people it is a slip.
void refuse_never_active(const std::vector<Parameter>& parameters) {
  for (std::size_t i = 0; i < parameters.size(); ++i)
    for (const Condition& condition : parameters[i].conditions)
      if (condition.never_holds())
        throw SpaceMistake(
            Part::parameter, i,
            fmt::format("\"when\" of parameter '{}': the list of values of {} is empty (the parameter would never be "
                        "active). Add a value, or remove the parameter.",
                        parameters[i].name, parameters[condition.parameter].name));
}

SearchSpace read_space(const Json& root, SpaceAuthor author) {
  if (root.is_object()) say_where(Part::whole, 0, "the search space has an ", [&] { check_keys(root, kTopKeys); });
  if (!root.is_object() || !root.contains("parameters") || !root["parameters"].is_array())
    throw SpaceMistake(Part::whole, 0, "a search space is a JSON object {\"parameters\": [...]}. Add the list.");
  std::vector<Parameter> parameters = read_parameters(root["parameters"]);
  if (author == SpaceAuthor::people) refuse_never_active(parameters);
  std::vector<Forbidden> forbidden = read_forbidden(root.value("forbidden", Json::array()), parameters);
  return SearchSpace::from_parts(std::move(parameters), std::move(forbidden));
}

}  // namespace

SearchSpace SearchSpace::from_json(std::string_view text, std::string_view source, SpaceAuthor author) {
  ArrayLines places;
  const Json root = parse_with_places(text, source, places);
  try {
    return read_space(root, author);
  } catch (const SpaceMistake& mistake) {
    const auto& lines = places[mistake.part == Part::forbidden ? "forbidden" : "parameters"];
    const bool known = mistake.part != Part::whole && mistake.index < lines.size();
    const std::string line = known ? fmt::format(":{}", lines[mistake.index]) : "";
    throw UserError(fmt::format("{}{}: {}", source, line, mistake.what()));
  }
}

}  // namespace tuner
