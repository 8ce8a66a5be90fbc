// Shared memory that Open MPI left behind: where a whole job was killed, mpirun included, each of its ranks leaves a
// file of 4 MiB in /dev/shm, until the machine starts again.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <string>

namespace tuner {

// Removes the segments of this host and user whose creator does not run any more, and says how many there were.
// Whoever still has such a segment in its memory keeps it, and nobody new can want it: ranks find each other's
// segments while they start.
std::size_t remove_dead_segments(const std::filesystem::path& folder, const std::string& host, uid_t user);

}  // namespace tuner
