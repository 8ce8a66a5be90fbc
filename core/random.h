// Randomness as a function of (seed, index), the same on every machine: what a study draws must not depend on ranks,
// order or the standard library. SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
// OOPSLA 2014 (constants: Stafford's mix 13).
#pragma once

#include <cstdint>

namespace tuner {

inline constexpr std::uint64_t kGoldenGamma = 0x9E3779B97F4A7C15;  // 2^64 / golden ratio, odd

constexpr std::uint64_t scrambled_bits(std::uint64_t bits) {
  bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
  bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
  return bits ^ (bits >> 31);
}

// The seed is scrambled before the index is added, so that the streams of neighbouring seeds do not overlap.
constexpr std::uint64_t mix(std::uint64_t seed, std::uint64_t index) {
  return scrambled_bits(scrambled_bits(seed + kGoldenGamma) + kGoldenGamma * index);
}

// The seed that an objective gets: a function of the study's seed and the trial's number, never of the attempt.
constexpr std::uint64_t trial_seed(std::uint64_t study_seed, std::uint64_t trial) {
  constexpr std::uint64_t kTrialDomain = 0x747269616C;  // "trial": keeps it apart from the streams of strategies
  return mix(mix(study_seed, kTrialDomain), trial);
}

class RandomStream {
 public:
  explicit constexpr RandomStream(std::uint64_t seed) : state_(seed) {}

  constexpr std::uint64_t bits() { return scrambled_bits(state_ += kGoldenGamma); }
  // In [0, 1), all 53 bits of it random.
  constexpr double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }

 private:
  std::uint64_t state_;
};

}  // namespace tuner
