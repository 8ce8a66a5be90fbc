#include "mpi_runner/commands/command.h"

#include <fmt/ostream.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string.hpp>

#include "mpi_runner/commands/commands.h"
#include "mpi_runner/options.h"
#include "mpi_runner/run_options.h"

namespace tuner {

namespace po = boost::program_options;

std::span<const Command> commands() {
  static constexpr std::array kCommands = {
      Command{"show", "trials of a study as a table, or one trial's whole story", show_command},
      Command{"best", "best configuration of a study, or its Pareto front", best_command},
      Command{"status", "whether a study runs, how far it is, and how it ended", status_command},
      Command{"submit", "start or continue a study as a job of SLURM", submit_command},
      Command{"stop", "ask the run of a study to end, resumable", stop_command},
      Command{"pause", "ask the run of a study to start no more trials", pause_command},
      Command{"continue", "ask a paused run to start trials again", continue_command},
      Command{"enqueue", "have this configuration run next: eta=0.1,max_depth=3", enqueue_command},
      Command{"export", "trials of a study as CSV or JSON", export_command},
      Command{"refit", "train the final model of the best configuration on all data", refit_command},
      Command{"verify", "check that the files of a study are whole, and repair them", verify_command},
      Command{"replay", "ask the strategy again and compare every suggestion", replay_command},
      Command{"ask-tell", "suggest configurations to a program that evaluates them itself", ask_tell_command},
      Command{"plugins", "plugins that are found by name", plugins_command},
      Command{"describe", "options, objectives and search space of a plugin", describe_command},
      Command{"doctor", "check ranks, cores, file system, plugin and data of a run before it starts", doctor_command},
      Command{"evaluate", "run one trial of an objective in the foreground", evaluate_command},
      Command{"check-plugin", "try whether a plugin keeps the contract", check_plugin_command}};
  return kCommands;
}

const Command* find_command(std::string_view name) {
  const auto all = commands();
  const auto found = std::ranges::find(all, name, &Command::name);
  return found == all.end() ? nullptr : &*found;
}

std::optional<po::variables_map> read_options(const CommandCall& call, const po::options_description& options,
                                              const std::vector<std::string>& positional) {
  po::options_description all;
  all.add(options).add(general_options());
  OptionSources sources;
  sources.positional = positional;
  sources.ignored_in_file = option_names(run_options_description());
  po::variables_map values = parse(all, call.arguments, sources);
  if (values.count("help") == 0) return values;
  fmt::print(call.out, "usage: tuner {}", call.command.name);
  for (const std::string& name : positional) fmt::print(call.out, " {}", boost::to_upper_copy(name));
  fmt::print(call.out, " [options]\n\n{}\n", call.command.summary);
  call.out << all;
  return std::nullopt;
}

}  // namespace tuner
