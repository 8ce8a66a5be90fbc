#include "mpi_runner/host_environment.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace tuner {
namespace {

constexpr std::array<std::string_view, 9> kLauncherPrefixes = {"OMPI_", "OPAL_",  "ORTE_", "PRTE_", "PMIX_",
                                                               "PMI_",  "HYDRA_", "HYDI_", "MPIR_"};
constexpr std::array<std::string_view, 4> kLauncherNames = {"MPI_LOCALRANKID", "MPI_LOCALNRANKS", "PMI_RANK",
                                                            "OMP_NUM_THREADS"};
// The user's permission, not the launcher's word.
constexpr std::string_view kRunAsRoot = "OMPI_ALLOW_RUN_AS_ROOT";

// What an objective may want to know of its job; none of it makes mpirun believe that it runs inside SLURM.
constexpr std::array<std::string_view, 9> kKeptOfSlurm = {
    "SLURM_JOB_ID",        "SLURM_JOB_NAME",   "SLURM_CLUSTER_NAME",  "SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID",
    "SLURM_RESTART_COUNT", "SLURM_SUBMIT_DIR", "SLURM_CPUS_PER_TASK", "SLURM_JOB_PARTITION"};

bool contains(const auto& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string_view name_of(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

bool belongs_to_launcher(std::string_view name) {
  if (name.starts_with(kRunAsRoot)) return false;
  if (name.starts_with("SLURM_")) return !contains(kKeptOfSlurm, name);
  const auto is_prefix = [&](std::string_view prefix) { return name.starts_with(prefix); };
  return std::any_of(kLauncherPrefixes.begin(), kLauncherPrefixes.end(), is_prefix) || contains(kLauncherNames, name);
}

}  // namespace

std::vector<std::string> host_environment(const std::vector<std::string>& variables, std::uint32_t threads,
                                          const std::vector<std::string>& placed) {
  std::vector<std::string> result = placed;
  bool wait_policy_set = false;
  const auto is_placed = [&](std::string_view name) {
    return std::any_of(placed.begin(), placed.end(), [&](const std::string& one) { return name_of(one) == name; });
  };
  for (const std::string& variable : variables) {
    const std::string_view name = name_of(variable);
    if (belongs_to_launcher(name) || is_placed(name)) continue;
    wait_policy_set |= name == "OMP_WAIT_POLICY";
    result.push_back(variable);
  }
  result.push_back("OMP_NUM_THREADS=" + std::to_string(threads));
  if (!wait_policy_set) result.emplace_back("OMP_WAIT_POLICY=passive");
  return result;
}

std::vector<std::string> own_environment() {
  std::vector<std::string> result;
  for (char** variable = environ; *variable != nullptr; ++variable) result.emplace_back(*variable);
  return result;
}

}  // namespace tuner
