#include <fmt/ostream.h>

#include <algorithm>
#include <boost/algorithm/string.hpp>
#include <filesystem>
#include <fstream>
#include <regex>

#include "core/error.h"
#include "mpi_runner/commands/command.h"
#include "mpi_runner/commands/commands.h"
#include "mpi_runner/exit_code.h"
#include "mpi_runner/option_types.h"
#include "mpi_runner/plugin_path.h"
#include "mpi_runner/run_options.h"
#include "mpi_runner/submit/batch_script.h"
#include "mpi_runner/submit/command_output.h"
#include "mpi_runner/submit/shell_word.h"
#include "mpi_runner/text.h"
#include "tuner/did_you_mean.h"

namespace tuner {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;
using Texts = std::vector<std::string>;

po::options_description submit_options() {
  po::options_description options("Options; after -- come those of the run: --plugin, --study, …");
  auto add = options.add_options();
  const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
  const auto count = [](std::uint64_t value) {
    return po::value<Count>()->default_value({value}, std::to_string(value))->value_name("N");
  };
  add("nodes", count(1), "nodes of the job");
  add("time", text("TIME")->required(),
      "time limit as SLURM writes it: 2:00:00, 1-12:00:00, or minutes; the job goes back into the queue until the "
      "study is finished");
  add("partition", text("NAME"), "partition; SLURM's own choice where not given");
  add("ranks-per-node", count(1), "ranks of a node; each runs one trial at a time");
  add("cpus-per-task", count(1), "cores of a rank, which are the threads of its trials");
  add("gpus-per-node", text("N"), "GPUs of a node");
  add("account", text("NAME"), "account to charge");
  add("qos", text("NAME"), "quality of service");
  add("job-name", text("NAME"), "name of the job; default: the study's");
  add("sbatch", po::value<Texts>()->composing()->value_name("OPTION"),
      "any other option of sbatch: --sbatch constraint=a100; repeatable");
  add("warn-before", count(30),
      "seconds before the time limit in which SLURM warns the run, or up to a minute earlier");
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

// What the job will run, checked as `tuner` will check it, but here, before it has waited in the queue.
fs::path study_of(const Texts& arguments) {
  if (arguments.empty())
    throw UserError("nothing to run. Put the options of the run after --: tuner submit … -- --plugin xgb --study x.h5");
  const RunOptions run = parse_run_options(arguments);
  if (run.help) throw UserError("--help after -- (a job does not need it). Try `tuner --help`");
  if (!run.plugin.empty()) find_plugin(run.plugin);
  const std::string& study = run.resume.empty() ? run.study : run.resume;
  if (study.empty()) throw UserError("the study has no name (jobs continue it by its file). Add --study FILE after --");
  fs::path file = fs::absolute(study).lexically_normal();
  if (!fs::is_directory(file.parent_path()))
    throw UserError(fmt::format("there is no folder {} for the study.", file.parent_path().string()));
  return file;
}

void check_time(const std::string& time) {
  static const std::regex kTime(R"((\d+-\d+(:\d+){0,2})|(\d+(:\d+){0,2}))");
  if (!std::regex_match(time, kTime))
    throw UserError(fmt::format("--time = '{}' is no time limit (needs 2:00:00, 1-12:00:00, or minutes).", time));
}

void check_launcher(const std::string& launcher) {
  const Texts known = {"mpirun", "srun"};
  if (std::ranges::find(known, launcher) == known.end())
    throw UserError(fmt::format("--launcher = '{}' is unknown.{}", launcher, plugin::did_you_mean(launcher, known)));
}

std::string positive(const po::variables_map& values, const std::string& option) {
  const std::uint64_t count = values[option].as<Count>().value;
  if (count == 0) throw UserError(fmt::format("--{} = 0 (needs at least 1).", option));
  return std::to_string(count);
}

// In names of files SLURM replaces "%j" by the number of the job.
std::string literal_in_output(const std::string& path) {
  return boost::replace_all_copy(path, "%", "%%");
}

std::string log_of(const fs::path& study) {
  return literal_in_output(study.string()) + ".slurm-%j.log";
}

std::map<std::string, std::string> sbatch_options(const po::variables_map& values, const fs::path& study) {
  std::map<std::string, std::string> options = {
      {"job-name", study.stem().string()},
      {"nodes", positive(values, "nodes")},
      {"ntasks-per-node", positive(values, "ranks-per-node")},
      {"cpus-per-task", positive(values, "cpus-per-task")},
      {"time", values["time"].as<std::string>()},
      {"signal", "B:USR1@" + positive(values, "warn-before")},
      {"chdir", fs::current_path().string()},
      {"output", log_of(study)},
  };
  for (const char* name : {"partition", "gpus-per-node", "account", "qos", "job-name"})
    if (const auto value = given<std::string>(values, name)) options[name] = *value;
  for (const std::string& typed : given<Texts>(values, "sbatch").value_or(Texts{})) {
    const std::string option = boost::trim_left_copy_if(typed, boost::is_any_of("-"));
    const auto equals = option.find('=');
    options[option.substr(0, equals)] = equals == std::string::npos ? "" : option.substr(equals + 1);
  }
  return options;
}

BatchJob job_of(const po::variables_map& values, const fs::path& study, const Texts& arguments) {
  check_time(values["time"].as<std::string>());
  const std::string launcher = values["launcher"].as<std::string>();
  check_launcher(launcher);
  return {.sbatch = sbatch_options(values, study),
          .settings = {{"tuner", fs::read_symlink("/proc/self/exe").string()},
                       {"study", study.string()},
                       {"launcher", launcher},
                       {"max_restarts", std::to_string(values["max-restarts"].as<Count>().value)}},
          .arguments = arguments};
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

void print(std::ostream& out, const std::string& job, const fs::path& script, const fs::path& study) {
  const std::string file = shell_word(study.string());
  fmt::print(out, "submitted job {}\n", job);
  fmt::print(out, "  script  {}\n", script.string());
  fmt::print(out, "  log     {}.slurm-{}.log\n", study.string(), job);
  fmt::print(out, "  watch   tuner status {}\n          squeue --jobs {}\n", file, job);
  fmt::print(out, "  end     scancel {} (submit again to continue)\n", job);
}

}  // namespace

int submit_command(const CommandCall& call) {
  const Words words = split(call.arguments);
  const auto values = read_options({call.command, words.submit, call.out, call.width}, submit_options());
  if (!values) return kDone;
  const fs::path study = study_of(words.run);
  const std::string script = batch_script(job_of(*values, study, words.run));
  if ((*values)["dry-run"].as<bool>()) {
    call.out << script;
    return kDone;
  }
  const fs::path file = study.string() + ".sbatch";
  write_script(file, script);
  print(call.out, submit_to_slurm(file), file, study);
  return kDone;
}

}  // namespace tuner
