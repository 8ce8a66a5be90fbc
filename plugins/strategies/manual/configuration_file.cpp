#include "plugins/strategies/manual/configuration_file.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tuner/did_you_mean.h"

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

// Values are scalars in one object in one list.
constexpr int kMostNesting = 8;

std::vector<std::string> names_of(const plugin::Space& space) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < space.size(); ++i) names.emplace_back(space[i].name);
  return names;
}

std::size_t index_of(const plugin::Space& space, const std::string& name) {
  const std::size_t index = space.find(name);
  if (index == space.size())
    throw UserMistake("there is no parameter '" + name + "'." + plugin::did_you_mean(name, names_of(space)));
  return index;
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
    const std::size_t index = index_of(space, name);
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

// From "[json.exception.parse_error.101] parse error at line 1, column 5: syntax error while …; last read: '…'".
std::string own_words(std::string_view message) {
  const std::size_t column = message.find(", column ");
  if (column != std::string_view::npos) message.remove_prefix(message.find(": ", column) + 2);
  return std::string(message.substr(0, message.find("; last read: ")));
}

bool is_choice(const tuner_parameter& parameter, const Json& value) {
  for (std::uint32_t i = 0; i < parameter.choice_count; ++i)
    if (value == Json::parse(parameter.choices[i])) return true;
  return false;
}

// "eta=0.1,booster=dart", as --enqueue takes it; a text may stand in quotes, within which commas separate nothing.
Json object_from_assignments(std::string_view line, const plugin::Space& space) {
  Json object = Json::object();
  for (std::size_t start = 0; start <= line.size();) {
    bool quoted = false;
    std::size_t end = start;
    for (; end < line.size() && (quoted || line[end] != ','); ++end)
      if (line[end] == '"') quoted = !quoted;
    const std::string_view assignment = line.substr(start, end - start);
    start = end + 1;
    const std::size_t equals = assignment.find('=');
    if (equals == std::string_view::npos)
      throw UserMistake("'" + std::string(assignment) +
                        "' is neither a JSON object {\"name\": value, ...} nor of the form name=value");
    const std::string name(assignment.substr(0, equals));
    const std::string_view text = assignment.substr(equals + 1);
    if (object.contains(name)) throw UserMistake("'" + name + "' is given twice. Remove one");
    const tuner_parameter& parameter = space[index_of(space, name)];
    const Json value = Json::parse(text, nullptr, false);
    const bool scalar = !value.is_discarded() && value.is_primitive();
    object[name] = scalar && (parameter.choice_count == 0 || is_choice(parameter, value)) ? value : Json(text);
  }
  return object;
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
    const Json entries = parsed(text_, 1);
    for (std::size_t i = 0; i < entries.size(); ++i) add(entries[i], file_ + ": entry " + std::to_string(i + 1));
  }

  void read_lines() {
    std::istringstream lines(text_);
    std::string line;
    for (std::size_t number = 1; std::getline(lines, line); ++number) {
      const std::size_t start = line.find_first_not_of(" \t\r");
      if (start == std::string::npos) continue;
      line = line.substr(start, line.find_last_not_of(" \t\r") - start + 1);
      add(line.front() == '{' ? parsed(line, number) : from_assignments(line, number), place(number));
    }
  }

  std::string place(std::size_t line) const { return file_ + ":" + std::to_string(line); }

  Json from_assignments(const std::string& line, std::size_t number) const {
    try {
      return object_from_assignments(line, space_);
    } catch (const UserMistake& mistake) {
      throw UserMistake(place(number) + ": " + mistake.what());
    }
  }

  // `line` is the number of the text's first line.
  Json parsed(const std::string& text, std::size_t line) const {
    const auto refuse_deep = [&](int depth, Json::parse_event_t, Json&) {
      if (depth > kMostNesting)
        throw UserMistake(file_ + ": lists and objects are nested too deeply. Remove some brackets");
      return true;
    };
    try {
      return Json::parse(text, refuse_deep);
    } catch (const Json::parse_error& error) {
      const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(error.byte, text.size()));
      line += static_cast<std::size_t>(std::count(text.begin(), end, '\n'));
      throw UserMistake(place(line) + ": this is not JSON (" + own_words(error.what()) + ")");
    } catch (const Json::exception&) {  // 1e999
      throw UserMistake(place(line) + ": a number stands here that is too large. Write a smaller one");
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
