// The two clocks of the runner.
#pragma once

#include <chrono>

namespace tuner {

// Seconds since 1970: for people and for the log.
inline double wall_time_s() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Seconds that never jump: for everything that waits.
inline double steady_time_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace tuner
