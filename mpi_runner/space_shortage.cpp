#include "mpi_runner/space_shortage.h"

#include <algorithm>
#include <utility>

namespace tuner {

bool SpaceShortage::too_long(double now_s) {
  constexpr double kTryEvery_s = 0.5;
  if (!since_s_) since_s_ = now_s;
  // Once more at the very end of the patience.
  const double end_s = *since_s_ + patience_s_;
  next_try_s_ = std::min(now_s + kTryEvery_s, end_s);
  return now_s >= end_s;
}

bool SpaceShortage::end() {
  return std::exchange(since_s_, std::nullopt).has_value();
}

}  // namespace tuner
