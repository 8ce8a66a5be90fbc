#include "mpi_runner/machine.h"

#include <gnu/libc-version.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <nlohmann/json.hpp>

namespace tuner {

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::vector<std::uint32_t> usable_cores() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  if (sched_getaffinity(0, sizeof mask, &mask) != 0) return {0};
  std::vector<std::uint32_t> cores;
  for (std::uint32_t core = 0; core < CPU_SETSIZE; ++core)
    if (CPU_ISSET(core, &mask)) cores.push_back(core);
  return cores;
}

std::string cpu_level() {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) return "x86-64-v4";
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "x86-64-v3";
  if (__builtin_cpu_supports("sse4.2")) return "x86-64-v2";
  return "x86-64";
}

std::string epoch_facts(std::size_t ranks, std::uint32_t threads, const JobFacts& job,
                        const std::string& strategy_sha256, const std::string& objective_sha256) {
  nlohmann::json facts = {
      {"host", host_name()},
      {"pid", getpid()},
      {"ranks", ranks},
      {"threads", threads},
      {"job_started", job.started},
      {"cpu_level", cpu_level()},
      {"libraries", {{"tuner", TUNER_VERSION}, {"libc", gnu_get_libc_version()}, {"strategy", strategy_sha256}}},
      {"objective_sha256", objective_sha256}};
  if (!job.name.empty()) facts["job"] = job.name;
  if (job.cores > 0) facts["cores"] = job.cores;
  if (job.predecessor_alive_until > 0) facts["predecessor_alive_until"] = job.predecessor_alive_until;
  return facts.dump();
}

}  // namespace tuner
