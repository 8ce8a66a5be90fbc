#include "plugins/strategies/common/scrambled_sobol.h"

#include "plugins/strategies/common/hash.h"

namespace tuner::strategies {
namespace {

// Below this many digits each node of the tree holds at most one of the first 2^32 points, so that the digits after it
// can be flipped all at once.
constexpr unsigned kNestedDigits = 32;

// `digits` is a binary fraction, the first digit in the highest bit. A node of the tree of prefixes is named by its
// prefix behind a leading 1.
std::uint64_t scrambled(std::uint64_t digits, std::uint64_t key) {
  std::uint64_t flips = hash(key, (digits >> kNestedDigits) | (std::uint64_t{1} << kNestedDigits)) >> kNestedDigits;
  for (unsigned digit = 0; digit < kNestedDigits; ++digit) {
    const std::uint64_t prefix = digit == 0 ? 0 : digits >> (64 - digit);
    const std::uint64_t node = prefix | (std::uint64_t{1} << digit);
    flips |= (hash(key, node) >> 63) << (63 - digit);
  }
  return digits ^ flips;
}

}  // namespace

ScrambledSobol::ScrambledSobol(std::size_t dimensions, std::uint64_t seed) : sequence_(dimensions), seed_(seed) {}

std::vector<double> ScrambledSobol::point(std::uint64_t index) {
  std::vector<std::uint64_t> digits(sequence_.dimension());
  if (index > 0) {  // Boost's sequence leaves out the origin, which is point 0
    sequence_.seed(index - 1);
    sequence_.generate(digits.begin(), digits.end());
  }
  std::vector<double> point(digits.size());
  for (std::size_t i = 0; i < point.size(); ++i)
    point[i] = static_cast<double>(scrambled(digits[i], hash(seed_, i)) >> 11) * 0x1p-53;
  return point;
}

}  // namespace tuner::strategies
