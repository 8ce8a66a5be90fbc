#include <fmt/format.h>
#include <fmt/ostream.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "core/escaped_text.h"
#include "core/shell_word.h"
#include "mpi_runner/commands/command.h"
#include "mpi_runner/commands/commands.h"
#include "mpi_runner/commands/open_study.h"
#include "mpi_runner/doctor/judge.h"
#include "mpi_runner/doctor/rounds.h"
#include "mpi_runner/doctor/within.h"
#include "mpi_runner/exit_code.h"
#include "mpi_runner/host_environment.h"
#include "mpi_runner/objective_start.h"
#include "mpi_runner/planned_study.h"
#include "mpi_runner/plugin_call.h"
#include "mpi_runner/plugin_path.h"
#include "mpi_runner/rank_placement.h"
#include "mpi_runner/run_options.h"
#include "mpi_runner/strategy_driver.h"
#include "mpi_runner/submit/command_output.h"
#include "mpi_runner/text.h"
#include "storage/file_calls.h"
#include "storage/owner.h"
#include "storage/study_files.h"

namespace tuner {
namespace {

namespace fs = std::filesystem;

constexpr double kPatience_s = 60;  // with ranks that do not come, and with the plugin
constexpr double kFilePatience_s = 15;

// SLURM's word on the job, in one line; empty where it gives none.
std::string job_line(const std::string& id) {
  const CommandOutput output = command_output({"timeout", "10", "scontrol", "--oneliner", "show", "job", id});
  return output.exit_code == 0 ? output.text : "";
}

ExaminedJob examined_job(const Transport& transport, const RunOptions& options) {
  ExaminedJob job{.ranks = transport.size(), .variables = {}, .line = {}};
  for (const std::string& variable : own_environment())
    if (variable.starts_with("SLURM_"))
      job.variables.emplace(variable.substr(0, variable.find('=')), variable.substr(variable.find('=') + 1));
  job.trial_memory_bytes = settings_from(options.settings, "the command line").trial_memory_bytes;
  job.threads = options.threads.value_or(0);
  const auto id = job.variables.find("SLURM_JOB_ID");
  if (id == job.variables.end()) return job;
  job.line = job_line(id->second);
  const double limit_s = seconds_from_slurm_time(field_of_job(job.line, "TimeLimit"));
  const double used_s = seconds_from_slurm_time(field_of_job(job.line, "RunTime"));
  if (limit_s >= 0 && used_s >= 0) job.seconds_left = std::max(0.0, limit_s - used_s);
  return job;
}

StudyFiles study_files(const RunOptions& options) {
  const std::string study = options.resume.empty() ? options.study : options.resume;
  return StudyFiles(study.empty() ? "study.h5" : study);
}

// A second run of a study that lives would be refused.
void check_owner(const StudyFiles& names, Findings& findings) {
  const auto owner =
      within<std::optional<OwnerSight>>(kFilePatience_s, [names] { return look_at_owner(system_files(), names); });
  if (!owner || !is_running(*owner)) return;
  findings.push_back({Finding::Level::problem, "study",
                      fmt::format("{} is being run by {}", names.study().string(), (*owner)->description),
                      fmt::format("wait for it, or end it with: tuner stop {}", shell_word(names.study().string()))});
}

// All that a run would refuse before it begins.
void check_study(const RunOptions& options, Findings& findings) {
  if (options.plugin.empty() && options.resume.empty()) return;
  try {
    const PlannedStudy planned = plan_study(options);
    const ObjectiveSetup setup = objective_setup(planned, settings_from(options.settings, "the command line"));
    ObjectiveHost objective(setup);
    wait_until_created(objective, setup.launch);
    ready_strategy(strategy_setup(planned));
  } catch (const std::exception& error) {
    findings.push_back({Finding::Level::problem, "study", error.what(), "the run would be refused"});
  }
}

// What all ranks are to look at. A mistake in it is the first finding.
Examination examination_from(const RunOptions& options, Findings& findings) {
  Examination examination;
  examination.folder = study_files(options).study().parent_path();
  examination.marker = fmt::format(".tuner-doctor-{}", getpid());
  try {
    if (options.plugin.empty()) return examination;
    HostLaunch launch;
    launch.executable = find_host_executable();
    launch.plugin = fs::absolute(find_plugin(options.plugin));
    launch.start_timeout_s = kPatience_s;
    examination.plugin = launch.plugin;
    const PluginOptions plugin_options = check_options(describe_plugin(launch), assignments(options.set, "set"));
    for (const std::string& file : plugin_inputs(launch, plugin_options))
      examination.inputs.push_back(fs::absolute(file));
  } catch (const std::exception& error) {
    findings.push_back(
        {Finding::Level::problem, "plugin", error.what(), "see `tuner check-plugin` and `tuner describe`"});
  }
  return examination;
}

// The file by which other ranks see that they share rank 0's folder, while it lives.
class Marker {
 public:
  explicit Marker(const Examination& examination) : file_(examination.folder / examination.marker) {
    try {
      within<int>(kFilePatience_s, [file = file_] {
        write_marker(file);
        return 0;
      });
    } catch (const std::system_error&) {
      // Rank 0's own report says so.
    }
  }
  Marker(const Marker&) = delete;
  Marker& operator=(const Marker&) = delete;
  ~Marker() {
    within<bool>(kFilePatience_s, [file = file_] {
      std::error_code gone;
      return fs::remove(file, gone);
    });
  }

 private:
  fs::path file_;
};

void print(std::ostream& out, const Finding& finding) {
  constexpr std::array<const char*, 3> kLevels = {"ok", "warning", "problem"};
  fmt::print(out, "{:<8} {:<12} {}\n", kLevels[static_cast<std::size_t>(finding.level)], finding.check,
             escaped(finding.what));
  if (!finding.advice.empty()) fmt::print(out, "{:<21} → {}\n", "", finding.advice);
}

int diagnose(const RunOptions& options, Transport& transport, std::ostream& out) {
  Findings findings;
  const Examination examination = examination_from(options, findings);
  const Marker marker(examination);
  const std::vector<RankReport> reports = gather_reports(transport, examination);
  for (Finding& finding : judge(reports, examined_job(transport, options))) findings.push_back(std::move(finding));
  check_owner(study_files(options), findings);
  if (std::ranges::count(findings, Finding::Level::problem, &Finding::level) == 0) check_study(options, findings);
  for (const Finding& finding : findings) print(out, finding);
  const auto problems =
      static_cast<std::uint64_t>(std::ranges::count(findings, Finding::Level::problem, &Finding::level));
  fmt::print(out, "{}\n", problems == 0 ? "no problem found" : count_text(problems, "problem") + " found");
  return problems == 0 ? kDone : kUsersMistake;
}

// However rank 0 ends, the others are told.
class Ending {
 public:
  explicit Ending(Transport& transport) : transport_(transport) {}
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;
  ~Ending() { say_it_is_over(transport_); }

 private:
  Transport& transport_;
};

}  // namespace

int doctor_command(const CommandCall& call) {
  const RunOptions options = parse_run_options(call.arguments);
  if (options.help) {
    fmt::print(call.out, "usage: [mpirun -n N] tuner doctor [the options of the run]\n{}\n", call.command.summary);
    return kDone;
  }
  Transport transport(kPatience_s, own_resources());
  int code = kDone;
  if (transport.rank() == RankId{0}) {
    const Ending ending(transport);
    code = diagnose(options, transport, call.out);
    call.out.flush();
  } else {
    answer_questions(transport);
  }
  transport.leave(10, code);
  // A thread that hangs in a file system would keep the process from its end.
  _exit(code);
}

}  // namespace tuner
