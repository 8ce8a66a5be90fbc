#include "mpi_runner/commands/sbatch_options.h"

#include <fmt/format.h>

#include <boost/algorithm/string.hpp>
#include <regex>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "mpi_runner/commands/command.h"
#include "mpi_runner/option_types.h"

namespace tuner {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

// SLURM counts seconds in 32 bits: no number of eight digits, and fewer than 25000 days.
void check_time(const std::string& time) {
  static const std::regex kTime(R"((\d+-\d+(:\d+){0,2})|(\d+(:\d+){0,2}))");
  static const std::regex kLongNumber(R"((.*\D)?0*[1-9]\d{7,}.*|0*(2[5-9]|[3-9]\d|\d{3,})\d{3}-.*)");
  if (boost::iequals(time, "UNLIMITED") || boost::iequals(time, "INFINITE")) return;
  if (!std::regex_match(time, kTime))
    throw UserError(
        fmt::format("--time = '{}' is no time limit (needs 2:00:00, 1-12:00:00, minutes, or UNLIMITED).", time));
  if (std::regex_match(time, kLongNumber))
    throw UserError(fmt::format("--time = '{}' is more than SLURM holds (68 years). Try UNLIMITED", time));
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

// In another folder the files that the run's arguments name would be others than those that are checked here.
void refuse_folder(const std::string& option) {
  if (option.size() > 1 && std::string_view("chdir").starts_with(option))
    throw UserError(
        "--sbatch chdir: the job runs in the folder of `tuner submit`, where the names of its files hold. Run tuner "
        "submit in that folder");
}

// With these it prints something, or submits another script. It knows them by their first letters too.
void refuse_what_submits_nothing(const std::string& option) {
  for (const std::string_view known : {"test-only", "help", "usage", "version", "wrap", "wait"})
    if (option.size() > 1 && known.starts_with(option))
      throw UserError(fmt::format(
          "--sbatch {}: with --{} sbatch does not submit the job's script. Leave it out; tuner submit --dry-run prints "
          "the script, for sbatch by hand",
          option, known));
}

// Without dashes. A line of the script holds one long name and its value.
std::string sbatch_option(const std::string& typed) {
  static const std::regex kOption(R"((--)?([a-z][a-z0-9]+(-[a-z0-9]+)*(=[^]*)?))");
  std::smatch parts;
  if (!std::regex_match(typed, parts, kOption))
    throw UserError(fmt::format(
        "--sbatch = '{}' is no option (needs NAME=VALUE or NAME, with sbatch's long name). Try partition=high", typed));
  return parts[2];
}

// sbatch would take what stands after an empty value for the value.
std::string not_empty(const std::string& option, const std::string& value) {
  if (value.empty()) throw UserError(fmt::format("--{} has no value (an unset variable?)", option));
  return value;
}

}  // namespace

std::map<std::string, std::string> sbatch_options(const po::variables_map& values, const fs::path& study) {
  const std::string time = values["time"].as<std::string>();
  check_time(time);
  std::map<std::string, std::string> options = {
      {"job-name", study.stem().string()},
      {"nodes", positive(values, "nodes")},
      {"ntasks-per-node", positive(values, "ranks-per-node")},
      {"cpus-per-task", positive(values, "cpus-per-task")},
      {"time", time},
      {"signal", "B:USR2@" + positive(values, "warn-before")},
      {"chdir", fs::current_path().string()},
      {"output", log_of(study)},
  };
  for (const char* name : {"partition", "gpus-per-node", "account", "qos", "job-name"})
    if (const auto value = given<std::string>(values, name)) options[name] = not_empty(name, *value);
  for (const std::string& typed :
       given<std::vector<std::string>>(values, "sbatch").value_or(std::vector<std::string>{})) {
    const std::string option = sbatch_option(typed);
    const auto equals = option.find('=');
    const std::string name = option.substr(0, equals);
    refuse_folder(name);
    refuse_what_submits_nothing(name);
    options[name] = equals == std::string::npos ? "" : not_empty("sbatch " + name, option.substr(equals + 1));
  }
  return options;
}

}  // namespace tuner
