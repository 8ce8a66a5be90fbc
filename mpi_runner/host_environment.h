// The environment in which plugins run: the user's, without what the launcher told the rank.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tuner {

// "NAME=value" for each variable that a plugin host gets, made from `variables`. A program that a plugin starts must
// not take itself for a rank of this job: Open MPI's variables make a nested mpirun or `import mpi4py` hang or abort,
// SLURM's make it start its daemons on the job's first node. OMP_NUM_THREADS becomes `threads`; OMP_WAIT_POLICY becomes
// passive unless it was set, since libgomp's spinning threads steal the cores of other trials. `placed` are
// "NAME=value" that take the place of the user's.
std::vector<std::string> host_environment(const std::vector<std::string>& variables, std::uint32_t threads,
                                          const std::vector<std::string>& placed = {});

// Of this process.
std::vector<std::string> own_environment();

}  // namespace tuner
