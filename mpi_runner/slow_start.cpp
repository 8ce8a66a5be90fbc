#include "mpi_runner/slow_start.h"

#include <fmt/format.h>

#include <utility>

#include "mpi_runner/clock.h"
#include "mpi_runner/say.h"

namespace tuner {

SlowStart::SlowStart(std::string plugin, double at_most_s)
    : plugin_(std::move(plugin)), at_most_s_(at_most_s), began_s_(steady_time_s()) {}

void SlowStart::look() {
  if (said_ || steady_time_s() - began_s_ < kSlowAfter_s) return;
  said_ = true;
  say(fmt::format("{} is not ready after {} s; waiting for it, at most {} s", plugin_, kSlowAfter_s, at_most_s_));
}

}  // namespace tuner
