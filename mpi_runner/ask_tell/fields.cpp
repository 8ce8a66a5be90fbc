#include "mpi_runner/ask_tell/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "tuner/did_you_mean.h"

namespace tuner {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestShown = 60;  // of a wrong value

[[noreturn]] void refuse(const std::string& key, const Json& value, const char* needed) {
  std::string shown = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  if (shown.size() > kLongestShown) shown = shown.substr(0, kLongestShown) + "...";
  throw UserError(fmt::format("\"{}\" = {} is not {}", key, shown, needed));
}

double measured_number(const char* key, const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (value.is_null() || value == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (value == "Infinity") return std::numeric_limits<double>::infinity();
  if (value == "-Infinity") return -std::numeric_limits<double>::infinity();
  refuse(key, value, "a number");
}

}  // namespace

Fields::Fields(const Json& object, const std::vector<std::string>& known) : object_(object) {
  for (const auto& [key, value] : object.items())
    if (std::ranges::find(known, key) == known.end())
      throw UserError(fmt::format("unknown key {:?}.{}", key, plugin::did_you_mean(key, known)));
}

const Json* Fields::find(const char* key) const {
  const auto found = object_.find(key);
  return found == object_.end() ? nullptr : &*found;
}

bool Fields::has(const char* key) const {
  return find(key) != nullptr;
}

const Json& Fields::at(const char* key) const {
  if (const Json* value = find(key)) return *value;
  throw UserError(fmt::format("\"{}\" is missing", key));
}

std::optional<std::string> Fields::text(const char* key) const {
  const Json* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) refuse(key, *value, "a text");
  return value->get<std::string>();
}

std::optional<std::uint64_t> Fields::count(const char* key) const {
  const Json* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number_unsigned()) refuse(key, *value, "a whole number from 0 on");
  return value->get<std::uint64_t>();
}

std::optional<bool> Fields::yes_or_no(const char* key) const {
  const Json* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_boolean()) refuse(key, *value, "true or false");
  return value->get<bool>();
}

std::optional<double> Fields::number(const char* key) const {
  const Json* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number()) refuse(key, *value, "a number");
  return value->get<double>();
}

std::optional<std::vector<std::string>> Fields::texts(const char* key) const {
  const Json* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_array() || !std::ranges::all_of(*value, [](const Json& one) { return one.is_string(); }))
    refuse(key, *value, "a list of texts");
  return value->get<std::vector<std::string>>();
}

std::vector<double> Fields::measured(const char* key) const {
  const Json* list = find(key);
  if (list == nullptr) return {};
  if (!list->is_array()) refuse(key, *list, "a list of numbers");
  std::vector<double> values;
  for (const Json& value : *list) values.push_back(measured_number(key, value));
  return values;
}

std::vector<std::pair<std::string, double>> Fields::named_numbers(const char* key) const {
  const Json* object = find(key);
  if (object == nullptr) return {};
  if (!object->is_object()) refuse(key, *object, "an object of names and numbers");
  std::vector<std::pair<std::string, double>> values;
  for (const auto& [name, value] : object->items()) values.emplace_back(name, measured_number(key, value));
  return values;
}

std::map<std::string, std::string> Fields::options(const char* key) const {
  const Json* object = find(key);
  if (object == nullptr) return {};
  if (!object->is_object()) refuse(key, *object, "an object of options and their values");
  std::map<std::string, std::string> options;
  for (const auto& [name, value] : object->items()) {
    if (value.is_null() || value.is_structured()) refuse(name, value, "a text, a number, true or false");
    options[name] = value.is_string() ? value.get<std::string>() : value.dump();
  }
  return options;
}

}  // namespace tuner
