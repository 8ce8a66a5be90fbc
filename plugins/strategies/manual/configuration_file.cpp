#include "plugins/strategies/manual/configuration_file.h"

#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

namespace tuner::strategies {
namespace {

using Json = nlohmann::ordered_json;
using plugin::UserMistake;

constexpr double kNotGiven = std::numeric_limits<double>::quiet_NaN();

std::string text_of(const std::string& file) {
  const auto refuse = [&](const std::string& why) {
    throw UserMistake(file + ": cannot be read (" + why + "). Set the option 'file'");
  };
  if (std::filesystem::is_directory(file)) refuse("it is a folder");
  std::ifstream stream(file, std::ios::binary);
  if (!stream) refuse(std::strerror(errno));
  std::ostringstream text;
  text << stream.rdbuf();
  return std::move(text).str();
}

std::string names_of(const plugin::Space& space) {
  std::string names;
  for (std::size_t i = 0; i < space.size(); ++i) names += (i > 0 ? ", " : "") + std::string(space[i].name);
  return names;
}

double choice_from(const tuner_parameter& parameter, const Json& value) {
  std::string known;
  for (std::uint32_t i = 0; i < parameter.choice_count; ++i) {
    if (value == Json::parse(parameter.choices[i])) return i;
    known += (i > 0 ? ", " : "") + std::string(parameter.choices[i]);
  }
  throw UserMistake(std::string(parameter.name) + " = " + value.dump() + " is not one of " + known);
}

double value_from(const tuner_parameter& parameter, const Json& value) {
  if (parameter.choice_count > 0) return choice_from(parameter, value);
  if (!value.is_number()) throw UserMistake(std::string(parameter.name) + " = " + value.dump() + " is not a number");
  const auto number = value.get<double>();
  if (number < parameter.low || number > parameter.high)
    throw UserMistake(std::string(parameter.name) + " = " + value.dump() + " is outside [" +
                      Json(parameter.low).dump() + ", " + Json(parameter.high).dump() + "]");
  return number;
}

std::vector<double> configuration_from(const Json& entry, const plugin::Space& space) {
  if (!entry.is_object()) throw UserMistake(entry.dump() + " is not an object {\"name\": value, ...}");
  std::vector<double> given(space.size(), kNotGiven);
  for (const auto& [name, value] : entry.items()) {
    const std::size_t index = space.find(name);
    if (index == space.size())
      throw UserMistake("there is no parameter '" + name + "'. The search space has " + names_of(space));
    given[index] = value_from(space[index], value);
  }
  std::vector<double> configuration = given;
  space.make_canonical(configuration);
  for (std::size_t i = 0; i < space.size(); ++i)
    if (!std::isnan(given[i]) && std::isnan(configuration[i]))
      throw UserMistake("'" + std::string(space[i].name) + "' does not apply beside these values. Leave it out");
  if (!space.contains(configuration))
    throw UserMistake(entry.dump() + " is not in the search space (a forbidden combination, or a value between steps)");
  return configuration;
}

class Reader {
 public:
  Reader(const std::string& file, const plugin::Space& space) : file_(file), text_(text_of(file)), space_(space) {}

  std::vector<std::vector<double>> read() {
    const std::size_t start = text_.find_first_not_of(" \t\r\n");
    if (start != std::string::npos && text_[start] == '[')
      read_array();
    else
      read_lines();
    return std::move(configurations_);
  }

 private:
  void read_array() {
    const Json entries = parsed(text_, file_);
    for (std::size_t i = 0; i < entries.size(); ++i) add(entries[i], file_ + ": entry " + std::to_string(i + 1));
  }

  void read_lines() {
    std::istringstream lines(text_);
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
      if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
      const std::string place = file_ + ":" + std::to_string(number);
      add(parsed(line, place), place);
    }
  }

  static Json parsed(const std::string& text, const std::string& place) {
    try {
      return Json::parse(text);
    } catch (const Json::exception& error) {
      throw UserMistake(place + ": this is not JSON (" + error.what() + ")");
    }
  }

  void add(const Json& entry, const std::string& place) {
    try {
      configurations_.push_back(configuration_from(entry, space_));
    } catch (const UserMistake& mistake) {
      throw UserMistake(place + ": " + mistake.what());
    }
  }

  const std::string& file_;
  std::string text_;
  const plugin::Space& space_;
  std::vector<std::vector<double>> configurations_;
};

}  // namespace

std::vector<std::vector<double>> read_configurations(const std::string& file, const plugin::Space& space) {
  return Reader(file, space).read();
}

}  // namespace tuner::strategies
