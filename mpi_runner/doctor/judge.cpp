#include "mpi_runner/doctor/judge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>
#include <sstream>

#include "mpi_runner/job_facts.h"
#include "mpi_runner/placement.h"
#include "mpi_runner/text.h"

namespace tuner {
namespace {

using Level = Finding::Level;
using Nodes = std::map<std::string, std::vector<RankReport>>;

// A sync costs each acknowledged result; slower disks than this make short trials wait.
constexpr double kSlowSync_ms = 50;
// Owners of a study are told apart by times of this order (two minutes of silence).
constexpr double kBadClock_s = 10;
constexpr double kLeastDisk_bytes = 1e9;
constexpr std::uint64_t kLeastFiles = 1000;
constexpr double kLeastMemory_bytes = 500e6;  // a rank with its plugin host and some data
constexpr double kLittleTime_s = 600;

std::string place_of(const RankReport& report) {
  return fmt::format("rank {} on {}", report.rank, report.host);
}

Nodes by_node(const std::vector<RankReport>& reports) {
  Nodes nodes;
  for (const RankReport& report : reports) nodes[report.host].push_back(report);
  return nodes;
}

std::size_t number_in(const ExaminedJob& job, const char* name) {
  const auto found = job.variables.find(name);
  return found == job.variables.end() ? 0 : std::strtoul(found->second.c_str(), nullptr, 10);
}

std::size_t tasks_of_all_nodes(const ExaminedJob& job) {
  const auto found = job.variables.find("SLURM_TASKS_PER_NODE");
  return found == job.variables.end() ? 0 : sum_over_nodes(found->second);
}

void check_launcher(const std::vector<RankReport>& reports, const ExaminedJob& job, Findings& findings) {
  const std::size_t tasks =
      std::max({number_in(job, "SLURM_STEP_NUM_TASKS"), number_in(job, "SLURM_NTASKS"), tasks_of_all_nodes(job)});
  if (job.ranks == 1 && tasks > 1)
    findings.push_back(
        {Level::problem, "launcher", fmt::format("1 rank, although the allocation has {} tasks", tasks),
         "start with `mpirun tuner …`, or with `srun --mpi=pmix tuner …` (plain srun starts each task as a "
         "run of its own)"});
  else if (tasks > job.ranks)
    findings.push_back({Level::warning, "launcher",
                        fmt::format("{} ranks, although the allocation has {} tasks", job.ranks, tasks),
                        "leave `-n` out, so that mpirun starts one rank a task"});
  else
    findings.push_back(
        {Level::ok, "launcher",
         fmt::format("{} on {}", count_text(job.ranks, "rank"), count_text(by_node(reports).size(), "node")), ""});
  if (reports.size() < job.ranks)
    findings.push_back({Level::problem, "launcher",
                        fmt::format("{} of {} ranks did not report in time", job.ranks - reports.size(), job.ranks),
                        "look at the nodes that are not named below"});
  const auto other_build =
      std::ranges::find_if(reports, [&](const RankReport& report) { return report.build != reports.front().build; });
  if (other_build != reports.end())
    findings.push_back({Level::problem, "launcher",
                        fmt::format("{} runs another build of tuner than rank 0", place_of(*other_build)),
                        "install one tuner in a folder that all nodes share"});
}

void check_granted_cores(std::size_t threads, const ExaminedJob& job, Findings& findings) {
  const std::size_t granted = number_in(job, "SLURM_CPUS_PER_TASK");
  if (granted > 0 && threads > granted)
    findings.push_back({Level::warning, "cores",
                        fmt::format("{} a trial, although SLURM grants a task {}", count_text(threads, "thread"),
                                    count_text(granted, "core")),
                        fmt::format("use --threads {}, or ask for more (--cpus-per-task)", granted)});
}

// By SLURM; 0 where it does not tell.
std::size_t cores_granted_to_rank(const Nodes& nodes, const ExaminedJob& job) {
  if (const std::size_t of_task = number_in(job, "SLURM_CPUS_PER_TASK"); of_task > 0) return of_task;
  const auto per_node = job.variables.find("SLURM_JOB_CPUS_PER_NODE");  // "4(x3)" where the nodes are alike
  if (per_node == job.variables.end() || per_node->second.find(',') != std::string::npos) return 0;
  std::size_t most_ranks = 1;
  for (const auto& [host, ranks] : nodes) most_ranks = std::max(most_ranks, ranks.size());
  return number_in(job, "SLURM_JOB_CPUS_PER_NODE") / most_ranks;
}

// Open MPI's mpirun binds each rank to one core where it is not told otherwise.
void check_binding(std::uint32_t usable, std::size_t granted, Findings& findings) {
  if (usable >= granted) return;
  findings.push_back({Level::warning, "cores",
                      fmt::format("a rank may use {}, although SLURM grants it {}: the others idle",
                                  count_text(usable, "core"), granted),
                      "start with `mpirun --bind-to none tuner …`, or `srun --cpu-bind=none`, as the template does"});
}

void check_cores(const Nodes& nodes, const ExaminedJob& job, Findings& findings) {
  std::set<std::uint32_t> threads;
  std::uint32_t usable = UINT32_MAX;
  const std::size_t before = findings.size();
  for (const auto& [host, ranks] : nodes) {
    std::vector<RankResources> resources;
    std::set<std::uint32_t> cores;
    for (const RankReport& rank : ranks) resources.push_back(resources_from_text(rank.resources));
    for (const RankResources& rank : resources) cores.insert(rank.cores.begin(), rank.cores.end());
    std::uint64_t together = 0;
    std::uint32_t least = UINT32_MAX;
    for (std::size_t rank = 0; rank < resources.size(); ++rank) {
      const std::uint32_t used = place(resources, rank, job.threads).threads;
      threads.insert(used);
      together += used;
      least = std::min(least, place(resources, rank, 0).threads);
    }
    usable = std::min(usable, least);
    for (const std::string& shortage : shortages(resources))
      findings.push_back({Level::warning, "cores", fmt::format("on {}: {}", host, shortage),
                          "start fewer ranks a node, or ask for more"});
    if (job.threads > least)
      findings.push_back({Level::warning, "cores",
                          fmt::format("on {}: {} a trial, although there are cores for {} (trials slow each other "
                                      "down)",
                                      host, count_text(job.threads, "thread"), least),
                          fmt::format("use --threads {}, start fewer ranks a node, or ask for more cores", least)});
    const double limit = ranks.front().cpu_limit;
    if (limit > 0 && limit < static_cast<double>(together))
      findings.push_back(
          {Level::warning, "cores",
           fmt::format("on {}: the control group grants the time of {:.1f} of {} cores", host, limit, cores.size()),
           fmt::format("use --threads so that all ranks together have {} threads", std::floor(limit))});
  }
  check_binding(usable, cores_granted_to_rank(nodes, job), findings);
  if (!threads.empty()) check_granted_cores(*threads.rbegin(), job, findings);
  if (findings.size() == before)
    findings.push_back({Level::ok, "cores", fmt::format("{} threads a trial", fmt::join(threads, " or ")), ""});
}

void check_devices(const Nodes& nodes, Findings& findings) {
  std::vector<std::string> seen;
  for (const auto& [host, ranks] : nodes) {
    const RankResources resources = resources_from_text(ranks.front().resources);
    if (!resources.devices.empty())
      seen.push_back(fmt::format("{}: {} ({})", host, resources.devices.size(), resources.device_variable));
  }
  if (seen.empty()) return findings.push_back({Level::ok, "GPUs", "none", ""});
  if (seen.size() == nodes.size())
    return findings.push_back({Level::ok, "GPUs", fmt::format("{}", fmt::join(seen, ", ")), ""});
  findings.push_back({Level::warning, "GPUs", fmt::format("only on {}", fmt::join(seen, ", ")),
                      "ask for nodes that are alike (--gpus-per-node)"});
}

void check_memory(const Nodes& nodes, const ExaminedJob& job, Findings& findings) {
  const double wanted = std::max(kLeastMemory_bytes, static_cast<double>(job.trial_memory_bytes));
  const std::size_t before = findings.size();
  double least = INFINITY;
  for (const auto& [host, ranks] : nodes) {
    const double each = static_cast<double>(ranks.front().memory_bytes) / static_cast<double>(ranks.size());
    least = std::min(least, each);
    if (each < wanted)
      findings.push_back(
          {Level::warning, "memory",
           fmt::format("on {}: {} for each of {}", host, size_text(each), count_text(ranks.size(), "rank")),
           fmt::format("start fewer ranks a node ({} each are wanted)", size_text(wanted))});
  }
  if (findings.size() == before && !nodes.empty())
    findings.push_back({Level::ok, "memory", fmt::format("at least {} a rank", size_text(least)), ""});
}

void check_folder_of(const RankReport& report, Findings& findings) {
  const FolderReport& folder = report.folder;
  const auto find = [&](Level level, const std::string& what, const char* advice) {
    findings.push_back({level, "file system", fmt::format("{}: {}", place_of(report), what), advice});
  };
  if (!folder.error.empty()) return find(Level::problem, folder.error, "choose another folder for --study");
  if (!folder.sees_rank_0)
    find(Level::problem, "does not see what rank 0 writes beside the study",
         "put the study on a file system that all nodes share: logs and trials' folders stand beside it");
  if (!folder.locks) find(Level::warning, "fcntl locks do not work there", "tuner needs none, plugins may");
  if (folder.sync_ms > kSlowSync_ms)
    find(Level::warning, fmt::format("a sync takes {:.0f} ms", folder.sync_ms),
         "results are acknowledged in batches of that time; a local or less busy file system is faster");
  if (static_cast<double>(folder.free_bytes) < kLeastDisk_bytes)
    find(Level::warning, fmt::format("only {} are free", size_text(static_cast<double>(folder.free_bytes))),
         "make room");
  if (folder.free_files > 0 && folder.free_files < kLeastFiles)
    find(Level::warning, fmt::format("only {} more files fit", folder.free_files), "remove files: each needs an inode");
}

void check_folders(const std::vector<RankReport>& reports, Findings& findings) {
  const std::size_t before = findings.size();
  for (const RankReport& report : reports) check_folder_of(report, findings);
  if (findings.size() > before || reports.empty()) return;
  const FolderReport& first = reports.front().folder;
  double slowest_ms = 0;
  for (const RankReport& report : reports) slowest_ms = std::max(slowest_ms, report.folder.sync_ms);
  findings.push_back({Level::ok, "file system",
                      fmt::format("{}, a sync takes at most {:.1f} ms, {} are free", first.type, slowest_ms,
                                  size_text(static_cast<double>(first.free_bytes))),
                      ""});
}

void check_clocks(const std::vector<RankReport>& reports, Findings& findings) {
  double most_s = 0;
  for (const RankReport& report : reports) {
    // What remains after the doubt about the way of the message.
    const double ahead_s = std::max(0.0, std::abs(report.clock_ahead_s) - report.clock_uncertain_s);
    most_s = std::max(most_s, ahead_s);
    if (ahead_s > kBadClock_s)
      findings.push_back(
          {Level::warning, "clocks",
           fmt::format("{} is {} {} rank 0", place_of(report), duration_text(std::abs(report.clock_ahead_s)),
                       report.clock_ahead_s > 0 ? "ahead of" : "behind"),
           "let the node's administrator start its time service"});
  }
  if (most_s <= kBadClock_s)
    findings.push_back({Level::ok, "clocks", fmt::format("at most {} apart", duration_text(most_s)), ""});
}

void check_plugin(const std::vector<RankReport>& reports, Findings& findings) {
  const std::size_t before = findings.size();
  for (const RankReport& report : reports) {
    if (!report.plugin.error.empty())
      findings.push_back({Level::problem, "plugin", fmt::format("{}: {}", place_of(report), report.plugin.error),
                          "install the plugin and its libraries on all nodes"});
    else if (report.plugin.sha256 != reports.front().plugin.sha256)
      findings.push_back({Level::problem, "plugin", fmt::format("{} has another file than rank 0", place_of(report)),
                          "put the plugin into a folder that all nodes share"});
  }
  if (findings.size() == before && !reports.empty() && !reports.front().plugin.sha256.empty())
    findings.push_back(
        {Level::ok, "plugin", fmt::format("version {} loads on all ranks", reports.front().plugin.version), ""});
}

void check_data(const std::vector<RankReport>& reports, Findings& findings) {
  const std::size_t before = findings.size();
  for (const RankReport& report : reports)
    for (const std::string& file : report.unreadable)
      findings.push_back({Level::problem, "data", fmt::format("{} cannot read {}", place_of(report), file),
                          "put the data where all nodes have it under the same path"});
  const bool is_known = !reports.empty() && !reports.front().plugin.sha256.empty();  // the plugin names its files
  if (findings.size() == before && is_known) findings.push_back({Level::ok, "data", "readable on all ranks", ""});
}

void check_slurm(const ExaminedJob& job, Findings& findings) {
  if (!job.variables.contains("SLURM_JOB_ID")) return findings.push_back({Level::ok, "SLURM", "not inside a job", ""});
  if (job.line.empty())
    return findings.push_back({Level::warning, "SLURM", "scontrol did not tell about the job",
                               "the run then knows its end by --time-limit only"});
  const bool is_short = job.seconds_left >= 0 && job.seconds_left < kLittleTime_s;
  const bool comes_back = field_of_job(job.line, "Requeue") == "1";
  const std::string left = job.seconds_left < 0 ? "" : duration_text(job.seconds_left) + " left, ";
  const std::string requeue =
      comes_back ? fmt::format("requeue possible, restarted {} times", field_of_job(job.line, "Restarts"))
                 : "the job may not be requeued";
  std::vector<std::string> advice;
  if (is_short) advice.emplace_back("ask for more time (--time)");
  if (!comes_back) advice.emplace_back("add `#SBATCH --requeue`, so that it goes on after preemption and a dead node");
  findings.push_back({advice.empty() ? Level::ok : Level::warning, "SLURM", left + requeue,
                      fmt::format("{}", fmt::join(advice, "; "))});
}

}  // namespace

std::string field_of_job(const std::string& job, const std::string& key) {
  std::istringstream words(job);
  for (std::string word; words >> word;)
    if (word.starts_with(key + "=")) return word.substr(key.size() + 1);
  return "";
}

double seconds_from_slurm_time(const std::string& text) {
  unsigned days = 0;
  unsigned hours = 0;
  unsigned minutes = 0;
  unsigned seconds = 0;
  const bool has_days = text.find('-') != std::string::npos;
  const int read = has_days ? std::sscanf(text.c_str(), "%u-%u:%u:%u", &days, &hours, &minutes, &seconds) - 1
                            : std::sscanf(text.c_str(), "%u:%u:%u", &hours, &minutes, &seconds);
  if (read != 3) return -1;
  return ((days * 24.0 + hours) * 60 + minutes) * 60 + seconds;
}

Findings judge(const std::vector<RankReport>& reports, const ExaminedJob& job) {
  Findings findings;
  const Nodes nodes = by_node(reports);
  check_launcher(reports, job, findings);
  check_cores(nodes, job, findings);
  check_devices(nodes, findings);
  check_memory(nodes, job, findings);
  check_folders(reports, findings);
  check_clocks(reports, findings);
  check_plugin(reports, findings);
  check_data(reports, findings);
  check_slurm(job, findings);
  return findings;
}

}  // namespace tuner
