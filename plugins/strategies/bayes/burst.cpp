#include "plugins/strategies/bayes/burst.h"

namespace tuner::strategies::bayes {
namespace {

constexpr std::size_t kCandidates = 400;
constexpr std::size_t kManyCandidates = 1000;
constexpr std::size_t kBurstCandidates = 256;
constexpr std::size_t kUses = 16;

}  // namespace

SearchEffort Burst::effort() const {
  if (shares_) return {.starts = 1, .iterations = 6, .rounds = 1, .discrete = false};
  if (few_rows_) return {.starts = 4, .iterations = 40};
  return {.starts = 3, .iterations = 20};
}

Pool& Burst::pool(bool local, const std::vector<GaussianProcess>& processes,
                  const std::function<std::vector<Point>(std::size_t)>& draw) {
  Shared& shared = pools_[local ? 1 : 0];
  if (!shares_ || shared.uses % kUses == 0) {
    const std::size_t own = few_rows_ ? kManyCandidates : kCandidates;
    shared.pool.emplace(draw(shares_ ? kBurstCandidates : own), processes);
  } else {
    shared.pool->follow(processes);
  }
  ++shared.uses;
  return *shared.pool;
}

}  // namespace tuner::strategies::bayes
