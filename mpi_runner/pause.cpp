#include "mpi_runner/pause.h"

#include <algorithm>
#include <cmath>
#include <ctime>

#include "mpi_runner/clock.h"

namespace tuner {

void Pause::wait(std::vector<pollfd>& descriptors, double longest_s) {
  constexpr double kShortest_s = 20e-6;
  const double sleep_s = std::max(0.0, std::min(std::max(waited_s_ / 10, kShortest_s), longest_s));
  timespec timeout{};
  timeout.tv_sec = static_cast<time_t>(sleep_s);
  timeout.tv_nsec = static_cast<long>((sleep_s - std::floor(sleep_s)) * 1e9);

  const double before = steady_time_s();
  ppoll(descriptors.data(), descriptors.size(), &timeout, nullptr);
  waited_s_ += steady_time_s() - before;
}

}  // namespace tuner
