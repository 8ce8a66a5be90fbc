// A stream of random numbers that is a function of its key alone, so that a suggestion can be made again.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "plugins/strategies/common/hash.h"

namespace tuner::strategies::bayes {

class RandomStream {
 public:
  explicit RandomStream(std::uint64_t key) : key_(key) {}

  std::uint64_t bits() { return hash(key_, count_++); }
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }  // [0, 1)
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(uniform() * static_cast<double>(count)); }

  // Box and Muller, Annals of Mathematical Statistics 29, 1958.
  double normal() {
    constexpr double kTwoPi = 6.283185307179586;
    const double radius = std::sqrt(-2 * std::log1p(-uniform()));
    return radius * std::cos(kTwoPi * uniform());
  }

 private:
  std::uint64_t key_;
  std::uint64_t count_ = 0;
};

}  // namespace tuner::strategies::bayes
