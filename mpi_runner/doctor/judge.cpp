#include "mpi_runner/doctor/judge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>
#include <sstream>

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

std::size_t number_in(const JobFacts& job, const char* name) {
  const auto found = job.variables.find(name);
  return found == job.variables.end() ? 0 : std::strtoul(found->second.c_str(), nullptr, 10);
}

void check_launcher(const std::vector<RankReport>& reports, const JobFacts& job, Findings& findings) {
  const std::size_t tasks = std::max(number_in(job, "SLURM_STEP_NUM_TASKS"), number_in(job, "SLURM_NTASKS"));
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

void check_cores(const Nodes& nodes, Findings& findings) {
  std::set<std::size_t> threads;
  const std::size_t before = findings.size();
  for (const auto& [host, ranks] : nodes) {
    std::vector<RankResources> resources;
    std::set<std::uint32_t> cores;
    for (const RankReport& rank : ranks) resources.push_back(resources_from_text(rank.resources));
    for (const RankResources& rank : resources) cores.insert(rank.cores.begin(), rank.cores.end());
    for (std::size_t rank = 0; rank < resources.size(); ++rank) threads.insert(place(resources, rank, 0).threads);
    for (const std::string& shortage : shortages(resources))
      findings.push_back({Level::warning, "cores", fmt::format("on {}: {}", host, shortage),
                          "start fewer ranks a node, or ask for more"});
    const double limit = ranks.front().cpu_limit;
    if (limit > 0 && limit < static_cast<double>(cores.size()))
      findings.push_back(
          {Level::warning, "cores",
           fmt::format("on {}: the control group grants the time of {:.1f} of {} cores", host, limit, cores.size()),
           fmt::format("use --threads so that all ranks together have {} threads", std::floor(limit))});
  }
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

void check_memory(const Nodes& nodes, const JobFacts& job, Findings& findings) {
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

void check_slurm(const JobFacts& job, Findings& findings) {
  if (!job.variables.contains("SLURM_JOB_ID")) return findings.push_back({Level::ok, "SLURM", "not inside a job", ""});
  if (job.job.empty())
    return findings.push_back({Level::warning, "SLURM", "scontrol did not tell about the job",
                               "the run then knows its end by --time-limit only"});
  const std::string restarts = field_of_job(job.job, "Restarts");
  if (job.seconds_left >= 0 && job.seconds_left < kLittleTime_s)
    findings.push_back({Level::warning, "SLURM", fmt::format("{} left", duration_text(job.seconds_left)),
                        "ask for more time (--time)"});
  if (field_of_job(job.job, "Requeue") != "1")
    findings.push_back({Level::warning, "SLURM", "the job may not be requeued",
                        "add `#SBATCH --requeue`, so that it goes on after preemption and a dead node"});
  else
    findings.push_back({Level::ok, "SLURM",
                        fmt::format("{}requeue possible, restarted {} times",
                                    job.seconds_left < 0 ? "" : duration_text(job.seconds_left) + " left, ", restarts),
                        ""});
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

Findings judge(const std::vector<RankReport>& reports, const JobFacts& job) {
  Findings findings;
  const Nodes nodes = by_node(reports);
  check_launcher(reports, job, findings);
  check_cores(nodes, findings);
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
