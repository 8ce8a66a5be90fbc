#include "mpi_runner/plugin_description.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "core/error.h"
#include "core/json_places.h"
#include "mpi_runner/output_tail.h"
#include "tuner/did_you_mean.h"

namespace tuner {
namespace {

using nlohmann::json;
using Type = PluginOption::Type;

constexpr std::pair<const char*, Type> kTypes[] = {
    {"text", Type::text}, {"int", Type::integer}, {"float", Type::real}, {"bool", Type::boolean}};

[[noreturn]] void refuse(const std::string& problem) {
  throw PluginError("describes itself wrongly: " + problem + ". See describe in tuner/abi.h");
}

template <class T>
T member(const json& object, const char* key, T otherwise) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return otherwise;
  try {
    return found->get<T>();
  } catch (const json::exception&) {
    refuse(fmt::format("'{}' is {}, which is of the wrong type", key, found->dump()));
  }
}

std::string text_member(const json& object, const char* key) {
  return printable(member(object, key, std::string()));
}

std::string required_text(const json& object, const char* key, const char* of_what) {
  std::string text = text_member(object, key);
  if (text.empty()) refuse(fmt::format("{} has no '{}'", of_what, key));
  return text;
}

// The objects of an array; none where the key is missing.
json list_member(const json& object, const char* key) {
  json list = object.value(key, json::array());
  if (!list.is_array()) refuse(fmt::format("'{}' is not a list", key));
  return list;
}

const char* type_name(Type type) {
  return std::find_if(std::begin(kTypes), std::end(kTypes), [&](const auto& known) { return known.second == type; })
      ->first;
}

template <class Number>
std::optional<Number> as_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The value as plugins read it, or nothing where it is not of the type.
std::optional<std::string> normalized(Type type, const std::string& value) {
  switch (type) {
    case Type::integer:
      return as_number<std::int64_t>(value) ? std::optional(value) : std::nullopt;
    case Type::real: {
      const auto number = as_number<double>(value);
      return number && std::isfinite(*number) ? std::optional(value) : std::nullopt;
    }
    case Type::boolean:
      if (value == "true" || value == "1" || value == "yes" || value == "on") return "true";
      if (value == "false" || value == "0" || value == "no" || value == "off") return "false";
      return std::nullopt;
    case Type::text:
      break;
  }
  return value;
}

Type type_from(const json& option, const std::string& name) {
  const std::string text = member(option, "type", std::string("text"));
  for (const auto& [known, type] : kTypes)
    if (text == known) return type;
  refuse(fmt::format("option '{}' has the type '{}' (known are text, int, float, bool)", name, printable(text)));
}

// Authors who write their JSON by hand may give numbers as numbers.
std::string default_from(const json& option) {
  const auto found = option.find("default");
  if (found == option.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

PluginOption option_from(const json& object) {
  if (!object.is_object()) refuse("an option is not an object");
  PluginOption option;
  option.name = required_text(object, "name", "an option");
  option.type = type_from(object, option.name);
  option.default_value = default_from(object);
  option.help = text_member(object, "help");
  option.required = member(object, "required", false);
  option.executes_code = member(object, "executes_code", false);
  option.identity = member(object, "identity", true);
  if (!option.default_value.empty() && !normalized(option.type, option.default_value))
    refuse(fmt::format("the default '{}' of option '{}' is no {}", printable(option.default_value), option.name,
                       type_name(option.type)));
  return option;
}

ObjectiveInfo objective_from(const json& object) {
  if (!object.is_object()) refuse("an objective is not an object");
  const std::string name = required_text(object, "name", "an objective");
  const std::string direction = member(object, "direction", std::string("minimize"));
  if (direction != "minimize" && direction != "maximize")
    refuse(fmt::format("objective '{}' has the direction '{}' (known are minimize and maximize)", name,
                       printable(direction)));
  return {name, direction == "maximize"};
}

FidelityInfo fidelity_from(const json& object) {
  if (!object.is_object()) refuse("a fidelity is not an object");
  FidelityInfo fidelity{required_text(object, "name", "a fidelity"), member(object, "low", 0.0),
                        member(object, "high", 1.0)};
  if (!(fidelity.low < fidelity.high))
    refuse(fmt::format("fidelity '{}' goes from {} to {}", fidelity.name, fidelity.low, fidelity.high));
  return fidelity;
}

std::string constraint_from(const json& name) {
  if (!name.is_string() || name.get_ref<const std::string&>().empty()) refuse("a constraint is not a name");
  return printable(name.get<std::string>());
}

GoalInfo goal_from(const json& object) {
  GoalInfo goal;
  for (const json& objective : list_member(object, "objectives")) goal.objectives.push_back(objective_from(objective));
  for (const json& constraint : list_member(object, "constraints"))
    goal.constraints.push_back(constraint_from(constraint));
  for (const json& fidelity : list_member(object, "fidelities")) goal.fidelities.push_back(fidelity_from(fidelity));
  if (goal.objectives.empty()) refuse("it has no objectives");
  return goal;
}

template <class Range, class NameOf>
void check_unique(const Range& items, const char* what, NameOf name_of) {
  std::set<std::string> seen;
  for (const auto& item : items)
    if (!seen.insert(name_of(item)).second) refuse(fmt::format("there are two {} '{}'", what, name_of(item)));
}

void check_names(const PluginDescription& description) {
  const auto own_name = [](const auto& item) { return item.name; };
  check_unique(description.options, "options", own_name);
  check_unique(description.goal.objectives, "objectives", own_name);
  check_unique(description.goal.fidelities, "fidelities", own_name);
  check_unique(description.goal.constraints, "constraints", [](const std::string& name) { return name; });
}

void refuse_unknown(const PluginDescription& description, const std::string& name) {
  std::vector<std::string> known;
  for (const PluginOption& option : description.options) known.push_back(option.name);
  if (std::find(known.begin(), known.end(), name) != known.end()) return;
  const std::string hint = known.empty() ? " (it has none)." : "." + plugin::did_you_mean(name, known);
  throw UserError(fmt::format("plugin '{}' has no option '{}'{}", description.name, name, hint));
}

}  // namespace

PluginDescription description_from_json(PluginKind kind, std::string_view text) {
  if (nested_too_deeply(text)) refuse("what describe() writes is nested too deeply");
  const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) refuse("what describe() writes is no JSON object");
  PluginDescription description;
  description.kind = kind;
  description.name = required_text(object, "name", "it");
  description.version = text_member(object, "version");
  description.summary = text_member(object, "summary");
  for (const json& option : list_member(object, "options")) description.options.push_back(option_from(option));
  if (kind == PluginKind::objective) description.goal = goal_from(object);
  description.uses_results = member(object, "uses_results", true);
  check_names(description);
  return description;
}

PluginOptions check_options(const PluginDescription& description, const PluginOptions& users) {
  for (const auto& [name, value] : users) refuse_unknown(description, name);
  PluginOptions checked;
  for (const PluginOption& option : description.options) {
    const auto set = users.find(option.name);
    if (set == users.end() && option.required)
      throw UserError(fmt::format("plugin '{}' needs the option '{}' ({}). Add --{} {}=VALUE", description.name,
                                  option.name, option.help,
                                  description.kind == PluginKind::objective ? "set" : "strategy-set", option.name));
    const std::string& value = set == users.end() ? option.default_value : set->second;
    if (set == users.end() && value.empty() && option.type != Type::text) continue;
    const auto good = normalized(option.type, value);
    if (!good)
      throw UserError(fmt::format("option '{}' of plugin '{}' is '{}', which is no {}", option.name, description.name,
                                  value, type_name(option.type)));
    checked[option.name] = *good;
  }
  return checked;
}

}  // namespace tuner
