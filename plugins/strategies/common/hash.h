// Random bits as a function of (seed, index): SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). Strategies see nothing of
// tuner but the plugin contract, so they keep their own six lines.
#pragma once

#include <cstdint>

namespace tuner::strategies {

inline constexpr std::uint64_t kGoldenGamma = 0x9E3779B97F4A7C15;

constexpr std::uint64_t scrambled_bits(std::uint64_t bits) {
  bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
  bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
  return bits ^ (bits >> 31);
}

constexpr std::uint64_t hash(std::uint64_t seed, std::uint64_t index) {
  return scrambled_bits(scrambled_bits(seed + kGoldenGamma) + kGoldenGamma * index);
}

}  // namespace tuner::strategies
