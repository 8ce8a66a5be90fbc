#include "mpi_runner/options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string.hpp>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/parsers.hpp>
#include <cctype>
#include <iterator>
#include <sstream>
#include <typeinfo>

#include "core/error.h"
#include "mpi_runner/say.h"
#include "mpi_runner/text_file.h"
#include "tuner/did_you_mean.h"

namespace tuner {
namespace {

namespace po = boost::program_options;

constexpr std::string_view kVariablePrefix = "TUNER_";
constexpr std::array<std::string_view, 3> kNoOptions = {"TUNER_PLUGIN_PATH", "TUNER_REFUSAL",
                                                        "TUNER_BEGINS_JOB"};  // see plugin_path, run, job_facts

// Whatever one source gives, and where in it each option stands.
struct Source {
  po::parsed_options parsed;
  std::vector<std::string> places;  // one for each option of `parsed`
};

// What a value of the option should have been, where its type does not say so itself.
std::string_view needs(const po::value_semantic& semantic) {
  const auto* typed = dynamic_cast<const po::typed_value_base*>(&semantic);
  if (typed == nullptr) return "is not a value of this option";
  const std::type_info& type = typed->value_type();
  if (type == typeid(bool)) return "is neither yes nor no";
  if (type == typeid(double)) return "is not a number";
  return "is not a whole number";
}

[[noreturn]] void refuse(const po::option& option, std::string_view place, std::string_view why) {
  throw UserError(fmt::format("{}: --{} = '{}' {}", place, option.string_key, boost::join(option.value, " "), why));
}

// Parses each value once before Boost stores it, since here its place is known.
void check_values(const po::options_description& options, const Source& source) {
  std::map<std::string, boost::any> values;
  for (std::size_t i = 0; i < source.places.size(); ++i) {
    const po::option& option = source.parsed.options[i];
    const std::string& place = source.places[i];
    const po::option_description* known = options.find_nothrow(option.string_key, false);
    if (known == nullptr) continue;
    try {
      constexpr bool kIsUtf8 = false;  // else Boost converts to the locale's characters, which in "C" are ASCII only
      known->semantic()->parse(values[option.string_key], option.value, kIsUtf8);
    } catch (const UserError& error) {
      refuse(option, place, error.what());
    } catch (const po::multiple_occurrences&) {
      refuse(option, place, "comes twice (it takes one value). Remove one of them");
    } catch (const po::error&) {
      refuse(option, place, needs(*known->semantic()));
    }
  }
}

[[noreturn]] void refuse_unknown(std::string_view typed, std::string_view place,
                                 const po::options_description& options) {
  throw UserError(
      fmt::format("{}: unknown option '{}'.{}", place, typed, plugin::did_you_mean(typed, option_names(options))));
}

// Boost's parse of the command line, with its complaints in our words.
po::parsed_options split_command_line(const po::options_description& options,
                                      const std::vector<std::string>& arguments) {
  // No guessing: an abbreviation in a job script would break when a new option shares its beginning.
  constexpr int kStyle = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
  try {
    return po::command_line_parser(arguments).options(options).style(kStyle).allow_unregistered().run();
  } catch (const po::invalid_command_line_syntax& error) {
    const bool extra = error.kind() == po::invalid_syntax::extra_parameter;
    throw UserError(
        fmt::format("command line: {} {}", error.get_option_name(), extra ? "takes no value" : "needs a value"));
  }
}

Source from_command_line(const po::options_description& options, const std::vector<std::string>& arguments,
                         const std::vector<std::string>& positional) {
  Source source{split_command_line(options, arguments), {}};
  std::size_t given = 0;
  for (po::option& option : source.parsed.options) {
    source.places.emplace_back("command line");
    if (option.unregistered) refuse_unknown(option.original_tokens.at(0), "command line", options);
    if (!option.string_key.empty()) continue;
    if (given == positional.size())
      throw UserError(fmt::format("command line: unexpected argument '{}'.", option.value.at(0)));
    option.string_key = positional[given++];
  }
  return source;
}

Source from_environment(const po::options_description& options, const std::map<std::string, std::string>& variables) {
  Source source{po::parsed_options(&options), {}};
  for (const auto& option : options.options()) {
    const bool takes_value = dynamic_cast<const po::typed_value_base*>(option->semantic().get()) != nullptr;
    const std::string name = variable_of(option->long_name());
    const auto variable = variables.find(name);
    if (!takes_value || variable == variables.end() || variable->second.empty()) continue;
    source.parsed.options.emplace_back(option->long_name(), std::vector{variable->second});
    source.places.push_back("environment variable " + name);
  }
  return source;
}

// "tune.ini:3": the line that sets the option, which Boost does not keep.
std::string place_in_file(const std::string& path, const std::string& text, const std::string& option) {
  std::istringstream lines(text);
  std::size_t number = 1;
  for (std::string line; std::getline(lines, line); ++number)
    if (boost::trim_copy(line.substr(0, line.find('='))) == option) return fmt::format("{}:{}", path, number);
  return path;
}

Source from_config_file(const po::options_description& options, const std::string& path,
                        const std::vector<std::string>& ignored) {
  const std::string text = read_text_file(path, "config");
  std::istringstream lines(text);
  try {
    Source source{po::parse_config_file(lines, options, true), {}};
    for (const po::option& option : source.parsed.options) {
      source.places.push_back(place_in_file(path, text, option.string_key));
      if (option.unregistered && std::ranges::find(ignored, "--" + option.string_key) == ignored.end())
        refuse_unknown(option.string_key, source.places.back(), options);
    }
    return source;
  } catch (const po::invalid_config_file_syntax& error) {
    throw UserError(fmt::format("{}: the line '{}' is not 'option = value'.", path, error.tokens()));
  }
}

// A variable that is named nearly like one of ours may be a slip, or a plugin's own: worth a word, not a refusal.
void warn_of_misspelled_variables(const po::options_description& options, const OptionSources& sources) {
  std::vector<std::string> known = sources.ignored_in_file;
  std::ranges::copy(option_names(options), std::back_inserter(known));
  for (const auto& variable : sources.environment) {
    const std::string& name = variable.first;
    const auto is_name = [&](const std::string& option) { return variable_of(option.substr(2)) == name; };
    if (std::ranges::any_of(known, is_name)) continue;
    std::string typed = "--" + boost::to_lower_copy(name.substr(kVariablePrefix.size()));
    std::ranges::replace(typed, '_', '-');
    const std::string hint = plugin::did_you_mean(typed, known);
    if (hint.starts_with(" Did"))
      say(fmt::format("the environment variable {} is no option of tuner's.{}", name, hint));
  }
}

void store(const po::options_description& options, const Source& source, po::variables_map& values) {
  check_values(options, source);
  po::store(source.parsed, values);
}

void expect_all(po::variables_map& values, const std::vector<std::string>& positional) {
  for (const std::string& name : positional)
    if (values.count(name) == 0) throw UserError(fmt::format("{} is missing. See --help", boost::to_upper_copy(name)));
  try {
    po::notify(values);
  } catch (const po::required_option& error) {
    throw UserError(fmt::format("{} is missing. See --help", error.get_option_name()));
  }
}

}  // namespace

std::map<std::string, std::string> tuner_environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || !text.starts_with(kVariablePrefix)) continue;
    if (std::ranges::find(kNoOptions, text.substr(0, equals)) == kNoOptions.end())
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

std::string variable_of(std::string_view option) {
  std::string name(kVariablePrefix);
  for (const char letter : option)
    name += letter == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  return name;
}

std::vector<std::string> option_names(const po::options_description& options) {
  std::vector<std::string> names;
  for (const auto& option : options.options()) names.push_back("--" + option->long_name());
  return names;
}

po::options_description general_options() {
  po::options_description general("General");
  general.add_options()("help,h", "show this help and end")(
      "config", po::value<std::string>()->value_name("FILE"),
      "file with lines 'option = value' for what neither the command line nor TUNER_* variables give");
  return general;
}

po::variables_map parse(const po::options_description& options, const std::vector<std::string>& arguments,
                        const OptionSources& sources) {
  po::options_description all;
  all.add(options);
  for (const std::string& name : sources.positional) all.add_options()(name.c_str(), po::value<std::string>());

  po::variables_map values;
  store(all, from_command_line(all, arguments, sources.positional), values);
  warn_of_misspelled_variables(all, sources);
  store(all, from_environment(all, sources.environment), values);
  if (values.count("config") != 0)
    store(all, from_config_file(all, values["config"].as<std::string>(), sources.ignored_in_file), values);
  if (values.count("help") == 0) expect_all(values, sources.positional);
  return values;
}

}  // namespace tuner
