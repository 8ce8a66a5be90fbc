// The `tuner` program: one of its commands, or the run of a study.
#include <fmt/ostream.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>

#include "core/error.h"
#include "mpi_runner/commands/command.h"
#include "mpi_runner/exit_code.h"
#include "mpi_runner/options.h"
#include "mpi_runner/run.h"
#include "mpi_runner/run_options.h"
#include "mpi_runner/say.h"
#include "mpi_runner/text.h"
#include "mpi_runner/version.h"
#include "tuner/did_you_mean.h"

namespace tuner {
namespace {

void print_help(std::ostream& out) {
  fmt::print(out,
             "usage: tuner --plugin PLUGIN [options]   start a study, or continue it\n"
             "       mpirun -n N tuner --plugin …      the same on N ranks\n"
             "       tuner --resume STUDY [options]    continue with all that the study records\n"
             "       tuner COMMAND …                   look at studies and plugins; see tuner COMMAND --help\n"
             "       tuner --version                   this build and its libraries\n\n"
             "Commands:\n");
  for (const Command& command : commands()) fmt::print(out, "  {:<14} {}\n", command.name, command.summary);
  out << run_options_description()
      << "\n[study]: another value makes it another study. [changeable]: may change when a study is continued.\n"
         "Options also come from variables (--trial-timeout: TUNER_TRIAL_TIMEOUT) and from the file of --config.\n"
         "Exit codes: 0 done, 1 mistake of the user's, 2 fault of a plugin, 3 damaged study, 4 interrupted, "
         "resumable.\n";
}

[[noreturn]] void refuse_unknown(const std::string& word) {
  std::vector<std::string> known;
  for (const Command& command : commands()) known.emplace_back(command.name);
  if (std::filesystem::exists(word) || word.ends_with(".h5"))
    throw UserError(fmt::format("'{0}' is no command. Try `tuner show {0}`, or --study {0}", word));
  throw UserError(fmt::format("unknown command '{}'.{}", word, plugin::did_you_mean(word, known)));
}

bool has_word(const std::vector<std::string>& arguments, std::string_view one, std::string_view other) {
  return std::ranges::any_of(arguments, [&](const std::string& word) { return word == one || word == other; });
}

// What to run may also stand in a variable or in a file that a variable names.
bool environment_names_a_run() {
  const auto variables = tuner_environment();
  return std::ranges::any_of(std::array{"TUNER_PLUGIN", "TUNER_RESUME", "TUNER_CONFIG"},
                             [&](const char* name) { return variables.contains(name); });
}

int run_named(const std::string& name, const std::vector<std::string>& arguments) {
  const Command* command = find_command(name);
  if (command == nullptr) refuse_unknown(name);
  const int code = command->run({*command, arguments, std::cout, terminal_width()});
  if (!std::cout.flush()) throw UserError("the output could not be written (is the disk full?).");
  return code;
}

int run_program(const std::vector<std::string>& arguments) {
  if (arguments.empty() && !environment_names_a_run()) {
    print_help(std::cerr);
    return kUsersMistake;
  }
  const bool is_command = !arguments.empty() && !arguments[0].starts_with('-');
  if (is_command) return run_named(arguments[0], {arguments.begin() + 1, arguments.end()});
  if (has_word(arguments, "--version", "-V")) {
    std::cout << version_text();
    return kDone;
  }
  if (!has_word(arguments, "--help", "-h")) return run_command(arguments);
  print_help(std::cout);
  return kDone;
}

}  // namespace
}  // namespace tuner

int main(int argc, char** argv) {
  tuner::occupy_closed_streams();
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  return tuner::guarded([&] { return tuner::run_program(arguments); });
}
