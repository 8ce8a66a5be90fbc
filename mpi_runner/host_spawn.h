// Starts the program tuner-plugin-host, and others. The only place that makes processes: by posix_spawn, never by fork,
// since a rank has MPI's threads, memory and signal handlers, and copying its page tables takes up to 45 ms a GiB.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "mpi_runner/host_launch.h"
#include "mpi_runner/unique_fd.h"

namespace tuner {

struct SpawnedHost {
  UniqueFd data;     // stream socket to the host
  UniqueFd control;  // packet socket to the guard; none under a debugger
  UniqueFd output;   // what host and guard print, non-blocking; none under a debugger
  pid_t child = 0;   // the guard, or the debugger
  std::string mark;  // in the environment of everything that it starts
};

// Call it from the main thread. Throws UserError where the program cannot be started.
SpawnedHost spawn_host(const HostLaunch& launch);

struct SpawnedProgram {
  UniqueFd output;  // what it prints, non-blocking; its errors are printed nowhere
  pid_t child = 0;
};

// A program of the system, in this process's environment with these settings ("NAME=value") in addition. Throws
// UserError where it cannot be started.
SpawnedProgram spawn_program(std::vector<std::string> arguments, const std::vector<std::string>& environment);

}  // namespace tuner
