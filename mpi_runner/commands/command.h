// What a command of `tuner` is, and how it reads its options.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tuner {

struct Command;

// One use of a command.
struct CommandCall {
  const Command& command;
  std::vector<std::string> arguments;  // after the command's name
  std::ostream& out;
  std::size_t width;  // columns that tables may take
};

struct Command {
  std::string_view name;
  std::string_view summary;
  int (*run)(const CommandCall& call);  // returns the exit code
};

std::span<const Command> commands();
const Command* find_command(std::string_view name);  // nullptr where there is none of that name

// The values of the command's options and of its positional arguments. Nothing where the user asked for --help, which
// is then printed. Throws UserError.
std::optional<boost::program_options::variables_map> read_options(
    const CommandCall& call, const boost::program_options::options_description& options,
    const std::vector<std::string>& positional = {});

// The value where the user gave one.
template <class T>
std::optional<T> given(const boost::program_options::variables_map& values, const std::string& name) {
  return values.count(name) > 0 ? std::optional(values[name].as<T>()) : std::nullopt;
}

}  // namespace tuner
