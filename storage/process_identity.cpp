#include "storage/process_identity.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

namespace tuner {

namespace {

// proc(5): the fields of /proc/PID/stat behind the command, which stands in brackets and may hold anything.
constexpr int kFieldsBeforeStart = 18;

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets variables while a study runs
  return value == nullptr ? "" : value;
}

std::int64_t own_pid() {
  return std::strtoll(first_line("/proc/self/stat").c_str(), nullptr, 10);
}

std::string own_pid_namespace() {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/ns/pid", ignored).string();
}

}  // namespace

ProcessIdentity this_process() {
  const auto pid = own_pid();
  const auto job = environment("SLURM_JOB_ID");
  return {.host = first_line("/proc/sys/kernel/hostname"),
          .machine_id = first_line("/etc/machine-id"),
          .boot_id = first_line("/proc/sys/kernel/random/boot_id"),
          .pid_namespace = own_pid_namespace(),
          .pid = pid,
          .start_ticks = start_ticks_of(pid).value_or(0),
          .slurm_job = job.empty() ? "" : fmt::format("{}@{}", job, environment("SLURM_CLUSTER_NAME")),
          .slurm_restarts = std::strtoll(environment("SLURM_RESTART_COUNT").c_str(), nullptr, 10)};
}

std::optional<std::uint64_t> start_ticks_of(std::int64_t pid) {
  const auto line = first_line(fmt::format("/proc/{}/stat", pid));
  const auto command_end = line.rfind(')');
  if (command_end == std::string::npos) return std::nullopt;

  std::istringstream fields(line.substr(command_end + 1));
  std::string state;
  fields >> state;
  if (state == "Z" || state == "X") return std::nullopt;
  std::string skipped;
  for (int field = 0; field < kFieldsBeforeStart; ++field) fields >> skipped;
  std::uint64_t start = 0;
  fields >> start;
  return fields ? std::optional(start) : std::nullopt;
}

bool is_gone(const ProcessIdentity& other, const ProcessIdentity& me,
             const std::function<std::optional<std::uint64_t>(std::int64_t pid)>& start_ticks) {
  const auto same = [](const std::string& one, const std::string& two) { return !one.empty() && one == two; };
  if (same(other.slurm_job, me.slurm_job) && other.slurm_restarts < me.slurm_restarts) return true;
  if (same(other.boot_id, me.boot_id)) {
    if (!same(other.pid_namespace, me.pid_namespace) || other.pid <= 0) return false;
    return start_ticks(other.pid) != other.start_ticks;
  }
  const bool both_boots_known = !other.boot_id.empty() && !me.boot_id.empty();
  return both_boots_known && same(other.machine_id, me.machine_id) && same(other.host, me.host);
}

}  // namespace tuner
