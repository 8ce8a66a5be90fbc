// The guard between a rank and a plugin host: a small process that starts the host, watches its memory, says how it
// died, and takes every process that it started along when either side ends. It runs no plugin code, so that nothing
// that a plugin does can harm it.
#pragma once

#include <cstdint>
#include <string>

namespace tuner {

struct GuardOptions {
  std::string plugin;
  std::uint64_t memory_limit_bytes = 0;  // 0 = none
  std::string cores = {};                // "4,5" to run on; empty: as the rank
};

// Expects the sockets kDataFd and kControlFd. Returns the exit code.
int run_guard(const GuardOptions& options);

}  // namespace tuner
