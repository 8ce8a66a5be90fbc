// For how long this process itself stood still, stopped or kept waiting by a file system: what it heard of nobody
// meanwhile says nothing of them.
#pragma once

#include <utility>

#include "mpi_runner/clock.h"

namespace tuner {

class Absence {
 public:
  // Since the last call, as far as that is longer than a process that runs is away.
  double seconds(double now_s) {
    constexpr double kLongestLook_s = 1;
    const double away_s = now_s - std::exchange(looked_s_, now_s);
    return away_s > kLongestLook_s ? away_s : 0;
  }

 private:
  double looked_s_ = steady_time_s();
};

}  // namespace tuner
