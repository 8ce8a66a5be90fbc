// Which process on which machine, in a way that another process can check later.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace tuner {

// Empty or 0 where it cannot be told.
struct ProcessIdentity {
  std::string host;
  std::string machine_id;     // stays over reboots
  std::string boot_id;        // of this run of the kernel
  std::string pid_namespace;  // a pid means something only within it
  std::int64_t pid = 0;
  std::uint64_t start_ticks = 0;  // since boot; tells a process from a later one with the same pid
  std::string slurm_job;          // with the cluster's name
  std::int64_t slurm_restarts = 0;
};

ProcessIdentity this_process();

// Start of the process that has this pid now, in ticks since boot; nothing where there is none or only a zombie.
std::optional<std::uint64_t> start_ticks_of(std::int64_t pid);

// Whether `other` cannot be running any more, as far as `me` can prove it: its process has ended here, this machine has
// booted since, or SLURM has ended its job and started it again as mine.
bool is_gone(const ProcessIdentity& other, const ProcessIdentity& me,
             const std::function<std::optional<std::uint64_t>(std::int64_t pid)>& start_ticks = start_ticks_of);

}  // namespace tuner
