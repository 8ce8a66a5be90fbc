#include "mpi_runner/devices.h"

#include <algorithm>
#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <string_view>
#include <system_error>

namespace tuner {
namespace {

namespace fs = std::filesystem;

struct Kind {
  const char* variable;
  const char* folder;  // of the device files, in /dev
  std::string_view file_prefix;
  const char* driver;  // without this file in /dev they are not for computing
};

constexpr Kind kKinds[] = {{"CUDA_VISIBLE_DEVICES", "", "nvidia", "nvidiactl"},
                           {"ROCR_VISIBLE_DEVICES", "dri", "renderD", "kfd"}};

// "0,1", "GPU-8a5…,GPU-91c…"; what stands for none ("", "-1", SLURM's "NoDevFiles") gives none.
std::vector<std::string> names_in_list(std::string_view list) {
  std::vector<std::string> names;
  boost::split(names, list, boost::is_any_of(","));
  for (std::string& name : names) boost::trim(name);
  std::erase_if(names, [](const std::string& name) { return name.empty() || name == "-1" || name == "NoDevFiles"; });
  return names;
}

// By their numbers from 0, which is how the variables count them.
std::vector<std::string> names_of_files(const Kind& kind, const fs::path& device_folder) {
  std::error_code missing;
  std::vector<std::string> names;
  if (!fs::exists(device_folder / kind.driver, missing)) return names;
  for (const auto& entry : fs::directory_iterator(device_folder / kind.folder, missing)) {
    const std::string name = entry.path().filename();
    const bool is_numbered = name.starts_with(kind.file_prefix) && name.size() > kind.file_prefix.size() &&
                             name.find_first_not_of("0123456789", kind.file_prefix.size()) == std::string::npos;
    if (is_numbered) names.push_back(std::to_string(names.size()));
  }
  return names;
}

// srun with GPUs for each task shows every task its own; mpirun's ranks are no tasks of SLURM's.
bool launcher_gave_each_its_own(const Lookup& variable) {
  const bool is_task = variable("SLURM_PROCID") != nullptr && variable("OMPI_COMM_WORLD_SIZE") == nullptr;
  return is_task && variable("SLURM_GPUS_PER_TASK") != nullptr;
}

}  // namespace

void find_devices(RankResources& resources, const Lookup& variable, const fs::path& device_folder) {
  for (const Kind& kind : kKinds) {
    const char* list = variable(kind.variable);
    std::vector<std::string> names = list != nullptr ? names_in_list(list) : names_of_files(kind, device_folder);
    if (names.empty()) continue;
    resources.device_variable = kind.variable;
    resources.devices = std::move(names);
    resources.devices_are_own = launcher_gave_each_its_own(variable);
    return;
  }
}

}  // namespace tuner
