#include "mpi_runner/job_facts.h"

#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>

#include "mpi_runner/clock.h"
#include "storage/process_identity.h"

namespace tuner {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets variables while a study runs
  return value == nullptr ? "" : value;
}

double process_started_s() {
  timespec since_boot{};
  clock_gettime(CLOCK_BOOTTIME, &since_boot);
  const double now_s = static_cast<double>(since_boot.tv_sec) + 1e-9 * static_cast<double>(since_boot.tv_nsec);
  const auto start_ticks = start_ticks_of(getpid());
  if (!start_ticks) return wall_time_s();
  return wall_time_s() - (now_s - static_cast<double>(*start_ticks) / static_cast<double>(sysconf(_SC_CLK_TCK)));
}

std::string job_name(const std::string& id, const std::string& restarts) {
  return restarts.empty() || restarts == "0" ? id : fmt::format("{} restart {}", id, restarts);
}

// Takes a number off the front; 0 where there is none.
std::uint64_t take_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return 0;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

bool take(std::string_view& text, std::string_view front) {
  if (!text.starts_with(front)) return false;
  text.remove_prefix(front.size());
  return true;
}

}  // namespace

JobFacts this_job() {
  const std::string id = environment("SLURM_JOB_ID");
  if (id.empty())
    return {
        .name = "", .run_begins_it = false, .started = process_started_s(), .cores = 0, .predecessor_alive_until = 0};
  const double started = std::strtod(environment("SLURM_JOB_START_TIME").c_str(), nullptr);
  return {.name = job_name(id, environment("SLURM_RESTART_COUNT")),
          .run_begins_it = environment("TUNER_BEGINS_JOB") == "1",
          .started = started > 0 ? started : process_started_s(),
          .cores = sum_over_nodes(environment("SLURM_JOB_CPUS_PER_NODE")),
          .predecessor_alive_until = 0};
}

std::uint64_t sum_over_nodes(std::string_view per_node) {
  std::uint64_t total = 0;
  do {
    const std::uint64_t cores = take_number(per_node);
    std::uint64_t nodes = 1;
    if (take(per_node, "(x")) {
      nodes = take_number(per_node);
      if (!take(per_node, ")")) return 0;
    }
    if (cores == 0 || nodes == 0) return 0;
    total += cores * nodes;
  } while (take(per_node, ","));
  return per_node.empty() ? total : 0;
}

}  // namespace tuner
