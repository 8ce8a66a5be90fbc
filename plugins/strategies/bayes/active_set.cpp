#include "plugins/strategies/bayes/active_set.h"

#include <algorithm>
#include <numeric>

#include "plugins/strategies/common/hash.h"

namespace tuner::strategies::bayes {
namespace {

constexpr std::uint64_t kSeed = 0x5E7;

template <class Less>
void put_first(std::vector<std::size_t>& indices, std::size_t from, std::size_t count, Less less) {
  const auto begin = indices.begin() + static_cast<std::ptrdiff_t>(from);
  std::nth_element(begin, begin + static_cast<std::ptrdiff_t>(count), indices.end(), less);
}

}  // namespace

std::vector<std::size_t> best_and_some_others(std::span<const double> badness, std::span<const std::uint64_t> keys,
                                              std::size_t most) {
  std::vector<std::size_t> indices(badness.size());
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  if (indices.size() <= most) return indices;
  const std::size_t best = most / 2;
  put_first(indices, 0, best, [&](std::size_t a, std::size_t b) {
    return badness[a] < badness[b] || (badness[a] == badness[b] && a < b);
  });
  put_first(indices, best, most - best,
            [&](std::size_t a, std::size_t b) { return hash(kSeed, keys[a]) < hash(kSeed, keys[b]); });
  indices.resize(most);
  std::sort(indices.begin(), indices.end());
  return indices;
}

}  // namespace tuner::strategies::bayes
