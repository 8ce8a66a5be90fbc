#include "core/configuration_text.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/json_places.h"
#include "core/space_json.h"
#include "core/unit_scale.h"
#include "tuner/did_you_mean.h"

namespace tuner {
namespace {

constexpr double kNotGiven = std::numeric_limits<double>::quiet_NaN();

// Fills in what was not given and checks that what was given is still there and allowed.
std::vector<double> completed(const SearchSpace& space, std::vector<double> given, std::string_view source) {
  std::vector<double> configuration = given;
  space.make_canonical(configuration);
  for (std::size_t i = 0; i < space.size(); ++i)
    if (!std::isnan(given[i]) && std::isnan(configuration[i]))
      throw UserError(fmt::format("{}: '{}' does not apply here (it needs {}). Leave it out.", source,
                                  space.parameters()[i].name,
                                  conjunction_text(space, space.parameters()[i].conditions)));
  if (const auto problem = space.violation(configuration))
    throw UserError(fmt::format("{}: this configuration is not in the search space ({}).", source, *problem));
  return configuration;
}

std::size_t known_index(const SearchSpace& space, std::string_view name, std::string_view source) {
  try {
    return space.index_of(name);
  } catch (const UserError& mistake) {
    throw UserError(fmt::format("{}: {}", source, mistake.what()));
  }
}

}  // namespace

std::string value_to_json(const Parameter& parameter, double value) {
  if (std::isnan(value)) return "null";
  if (!parameter.choices.empty()) return parameter.choices.at(static_cast<std::size_t>(value));
  if (parameter.type == ParameterType::integer) return fmt::format("{}", static_cast<std::int64_t>(value));
  return Json(value).dump();
}

std::string configuration_to_json(const SearchSpace& space, std::span<const double> configuration) {
  std::string text = "{";
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (std::isnan(configuration[i])) continue;
    const Parameter& parameter = space.parameters()[i];
    text += fmt::format("{}{}: {}", text.size() > 1 ? ", " : "", Json(parameter.name).dump(),
                        value_to_json(parameter, configuration[i]));
  }
  return text + "}";
}

std::vector<double> configuration_from_json(const SearchSpace& space, std::string_view json, std::string_view source) {
  if (nested_too_deeply(json))
    throw UserError(fmt::format("{}: the JSON is nested too deeply for a configuration (one flat object).", source));
  const Json object = Json::parse(json, nullptr, false);
  if (!object.is_object())
    throw UserError(fmt::format("{}: a configuration is a JSON object like {}.", source,
                                configuration_to_json(space, space.defaults())));
  std::vector<double> given(space.size(), kNotGiven);
  for (const auto& [name, value] : object.items()) {
    const std::size_t index = known_index(space, name, source);
    try {
      given[index] = value_from_json(space.parameters()[index], value);
    } catch (const UserError& mistake) {
      throw UserError(fmt::format("{}: {}", source, mistake.what()));
    }
  }
  return completed(space, std::move(given), source);
}

std::vector<double> configuration_from_text(const SearchSpace& space, std::string_view text) {
  std::vector<double> given(space.size(), kNotGiven);
  if (text.empty()) return completed(space, std::move(given), "the defaults");
  const std::string source = fmt::format("'{}'", text);
  for (const std::string_view assignment : split_at_commas(text)) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string_view::npos)
      throw UserError(fmt::format("{}: '{}' is not of the form name=value.", source, assignment));
    const std::size_t index = known_index(space, assignment.substr(0, equals), source);
    if (!std::isnan(given[index]))
      throw UserError(fmt::format("{}: '{}' is given twice. Remove one.", source, assignment.substr(0, equals)));
    given[index] = value_from_text(space.parameters()[index], assignment.substr(equals + 1));
  }
  return completed(space, std::move(given), source);
}

std::vector<std::string_view> split_at_commas(std::string_view text) {
  std::vector<std::string_view> parts;
  bool quoted = false;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\')
      ++i;
    else if (text[i] == '"')
      quoted = !quoted;
    else if (text[i] == ',' && !quoted) {
      parts.push_back(text.substr(start, i - start));
      start = i + 1;
    }
  }
  parts.push_back(text.substr(start));
  return parts;
}

double value_from_text(const Parameter& parameter, std::string_view text) {
  if (parameter.choices.empty()) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
      throw UserError(fmt::format("{} = '{}' is not a number.", parameter.name, text));
    return snapped(parameter, value);
  }
  for (std::size_t i = 0; i < parameter.choices.size(); ++i)
    if (parameter.choices[i] == text) return static_cast<double>(i);
  const Json value = Json::parse(text, nullptr, false);
  return value_from_json(parameter, value.is_primitive() && !value.is_discarded() ? value : Json(text));
}

std::string conjunction_text(const SearchSpace& space, const std::vector<Condition>& conditions) {
  std::string text;
  for (const Condition& condition : conditions)
    text += (text.empty() ? "" : " and ") + condition_text(space.parameters()[condition.parameter], condition);
  return text;
}

}  // namespace tuner
