#include <fmt/ostream.h>

#include <algorithm>
#include <boost/algorithm/string.hpp>
#include <filesystem>
#include <fstream>
#include <utility>

#include "core/error.h"
#include "core/shell_word.h"
#include "mpi_runner/commands/command.h"
#include "mpi_runner/commands/commands.h"
#include "mpi_runner/commands/requests_text.h"
#include "mpi_runner/commands/sbatch_options.h"
#include "mpi_runner/exit_code.h"
#include "mpi_runner/host_launch.h"
#include "mpi_runner/option_types.h"
#include "mpi_runner/options.h"
#include "mpi_runner/plugin_call.h"
#include "mpi_runner/plugin_path.h"
#include "mpi_runner/run_options.h"
#include "mpi_runner/say.h"
#include "mpi_runner/study_setup.h"
#include "mpi_runner/submit/batch_script.h"
#include "mpi_runner/submit/command_output.h"
#include "mpi_runner/text.h"
#include "storage/study_files.h"
#include "tuner/did_you_mean.h"

namespace tuner {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;
using Texts = std::vector<std::string>;

constexpr double kDescribePatience_s = 20;

po::options_description submit_options() {
  po::options_description options("Options; after -- come those of the run: --plugin, --study, …");
  auto add = options.add_options();
  const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
  const auto count = [](std::uint64_t value) {
    return po::value<Count>()->default_value({value}, std::to_string(value))->value_name("N");
  };
  add("nodes", count(1), "nodes of the job");
  add("time", text("TIME")->required(),
      "time limit as SLURM writes it: 2:00:00, 1-12:00:00, minutes, or UNLIMITED; the job goes back into the queue "
      "until the "
      "study is finished");
  add("partition", text("NAME"), "partition; SLURM's own choice where not given");
  add("ranks-per-node", count(1), "ranks of a node; each runs one trial at a time");
  add("cpus-per-task", count(1), "cores of a rank, which are the threads of its trials");
  add("gpus-per-node", text("N"), "GPUs of a node");
  add("account", text("NAME"), "account to charge");
  add("qos", text("NAME"), "quality of service");
  add("job-name", text("NAME"), "name of the job; default: the study's");
  add("sbatch", po::value<Texts>()->composing()->value_name("OPTION"),
      "any other option of sbatch but chdir (the job runs in this folder): by its long name: --sbatch constraint=a100; "
      "repeatable");
  add("warn-before", count(30),
      "seconds before the time limit, or up to a minute earlier, at which SLURM's warning ends a run that cannot know "
      "the limit");
  add("max-restarts", count(50), "how often the job goes back into the queue at most");
  add("launcher", text("NAME")->default_value("mpirun"),
      "mpirun, or srun, under which one rank that is killed mostly ends the run");
  add("dry-run", po::bool_switch(), "print the batch script; write and submit nothing");
  return options;
}

struct Words {
  Texts submit;
  Texts run;  // after "--"
};

Words split(const Texts& arguments) {
  const auto dashes = std::ranges::find(arguments, "--");
  if (dashes == arguments.end()) return {arguments, {}};
  return {{arguments.begin(), dashes}, {dashes + 1, arguments.end()}};
}

// A common slip, which "unknown option" would not explain.
void require_no_options_of_the_run(const Texts& submit) {
  const Texts of_run = option_names(run_options_description());
  const Texts of_submit = option_names(submit_options());
  for (const std::string& word : submit) {
    const std::string name = word.substr(0, word.find('='));
    if (std::ranges::count(of_run, name) > 0 && std::ranges::count(of_submit, name) == 0 && name != "--help")
      throw UserError(fmt::format(
          "{0} is an option of the run: put these after --, as in tuner submit --time 2:00:00 -- {0} …", name));
  }
}

// Options and data, as far as the plugin can be asked here: its libraries may be on the cluster's nodes only.
void check_objective(const fs::path& plugin, const RunOptions& run) {
  HostLaunch launch;
  launch.executable = find_host_executable();
  launch.plugin = fs::absolute(plugin);
  launch.start_timeout_s = kDescribePatience_s;
  try {
    const PluginOptions options = check_options(describe_plugin(launch), assignments(run.set, "set"));
    for (const std::string& file : plugin_inputs(launch, options))
      if (!fs::exists(file)) throw UserError(fmt::format("there is no file {}, which the plugin reads.", file));
  } catch (const PluginError& error) {
    say(fmt::format("the plugin's options and data are not checked here ({})", error.what()));
  }
}

// What the job will run, checked as `tuner` will check it, but here, before it has waited in the queue.
fs::path study_of(const Texts& arguments) {
  if (arguments.empty())
    throw UserError("nothing to run. Put the options of the run after --: tuner submit … -- --plugin xgb --study x.h5");
  const RunOptions run = parse_run_options(arguments);
  if (run.help) throw UserError("--help after -- (a job does not need it). Try `tuner --help`");
  const std::string& study = run.resume.empty() ? run.study : run.resume;
  if (study.empty()) throw UserError("the study has no name (jobs continue it by its file). Add --study FILE after --");
  fs::path file = fs::absolute(study).lexically_normal();
  if (!fs::is_directory(file.parent_path()))
    throw UserError(fmt::format("there is no folder {} for the study.", file.parent_path().string()));
  if (fs::is_directory(file))
    throw UserError(
        fmt::format("the study {} is a folder (needs a file). Try {}", study, (file / "study.h5").string()));
  const bool exists = fs::exists(file);  // then it records what is not typed
  if (!exists && !run.resume.empty())
    throw UserError(fmt::format("there is no study {}, which --resume names.", study));
  if (!exists && run.plugin.empty()) throw UserError("no objective is given. Add --plugin NAME after --");
  if (!run.plugin.empty() && !exists) check_objective(find_plugin(run.plugin), run);
  if (!run.strategy.empty())
    check_options(load_plugin(run.strategy, PluginKind::strategy).description,
                  assignments(run.strategy_set, "strategy-set"));
  return file;
}

void check_launcher(const std::string& launcher) {
  const Texts known = {"mpirun", "srun"};
  if (std::ranges::find(known, launcher) == known.end())
    throw UserError(fmt::format("--launcher = '{}' is unknown.{}", launcher, plugin::did_you_mean(launcher, known)));
}

// With what the environment gives, which does not reach every job (sbatch's --export).
Texts with_variables(Texts arguments) {
  OptionSources typed;
  const po::options_description options = run_options_description();
  const std::map<std::string, std::string> variables = std::exchange(typed.environment, {});
  const po::variables_map values = parse(options, arguments, typed);
  for (const auto& option : options.options()) {
    const std::string& name = option->long_name();
    const auto variable = variables.find(variable_of(name));
    const bool is_typed = values.count(name) > 0 && !values[name].defaulted();
    if (variable == variables.end() || variable->second.empty() || is_typed || name == "help") continue;
    arguments.push_back(fmt::format("--{}={}", name, variable->second));
  }
  return arguments;
}

// The script asks for the name, which may stand in a --config file.
Texts with_study(Texts arguments, const fs::path& study) {
  const bool is_named = std::ranges::any_of(arguments, [](const std::string& word) {
    return word == "--study" || word == "--resume" || word.starts_with("--study=") || word.starts_with("--resume=");
  });
  if (!is_named) arguments.push_back("--study=" + study.string());
  return arguments;
}

BatchJob job_of(const po::variables_map& values, const fs::path& study, const Texts& arguments) {
  const std::string launcher = values["launcher"].as<std::string>();
  check_launcher(launcher);
  return {.sbatch = sbatch_options(values, study),
          .settings = {{"tuner", fs::read_symlink("/proc/self/exe").string()},
                       {"study", study.string()},
                       {"launcher", launcher},
                       {"max_restarts", std::to_string(values["max-restarts"].as<Count>().value)}},
          .arguments = with_study(with_variables(arguments), study)};
}

void write_script(const fs::path& file, const std::string& script) {
  std::ofstream out(file);
  out << script;
  if (!out.flush()) throw UserError(fmt::format("cannot write the batch script {}.", file.string()));
}

// The number of the job.
std::string submit_to_slurm(const fs::path& script) {
  const CommandOutput output = command_output({"sbatch", "--parsable", script.string()});
  if (output.exit_code == 127)
    throw UserError("there is no sbatch in PATH (jobs are submitted where SLURM is). --dry-run prints the script");
  if (output.exit_code != 0)
    throw UserError(
        fmt::format("SLURM refused the job: {} (the script is {})", boost::trim_copy(output.text), script.string()));
  Texts lines;
  boost::split(lines, boost::trim_copy(output.text), [](char character) { return character == '\n'; });
  return lines.back().substr(0, lines.back().find(';'));  // "12;cluster"; what stands before it are warnings
}

// "my-%j.log" with the number of the job; other patterns of SLURM's stay.
std::string log_name(std::string_view output, const std::string& job) {
  std::string name;
  for (std::size_t i = 0; i < output.size(); ++i) {
    const std::string_view two = output.substr(i, 2);
    if (two == "%j" || two == "%%") {
      name += two == "%j" ? job : "%";
      ++i;
    } else {
      name += output[i];
    }
  }
  return name;
}

struct Submitted {
  std::string job;  // its number
  fs::path script;
  fs::path study;
  std::string log;
};

void print(std::ostream& out, const Submitted& submitted) {
  const auto& [job, script, study, log] = submitted;
  const std::string file = shell_word(study.string());
  fmt::print(out, "submitted job {}\n", job);
  fmt::print(out, "  script  {}\n", script.string());
  fmt::print(out, "  log     {}\n", log);
  fmt::print(out, "  watch   tuner status {}\n          squeue --jobs {}\n", file, job);
  fmt::print(out, "  end     scancel {} (submit again to continue)\n", job);
  print_left_requests(out, StudyFiles(study));
}

}  // namespace

int submit_command(const CommandCall& call) {
  const Words words = split(call.arguments);
  require_no_options_of_the_run(words.submit);
  const auto values = read_options({call.command, words.submit, call.out, call.width}, submit_options());
  if (!values) return kDone;
  const fs::path study = study_of(words.run);
  const BatchJob job = job_of(*values, study, words.run);
  const std::string script = batch_script(job);
  if ((*values)["dry-run"].as<bool>()) {
    call.out << script;
    return kDone;
  }
  const fs::path file = study.string() + ".sbatch";
  write_script(file, script);
  const std::string number = submit_to_slurm(file);
  print(call.out, {number, file, study, log_name(job.sbatch.at("output"), number)});
  return kDone;
}

}  // namespace tuner
