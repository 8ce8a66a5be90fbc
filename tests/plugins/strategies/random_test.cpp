#include <gmock/gmock.h>

#include <cmath>

#include "tests/plugins/strategies/strategy_study.h"

namespace tuner::test {
namespace {

// Chi-square with 9 degrees of freedom exceeds this with probability 1e-6.
constexpr double kChiSquare9 = 46.0;

double chi_square(const std::vector<double>& counts) {
  double total = 0;
  for (const double count : counts) total += count;
  const double expected = total / static_cast<double>(counts.size());
  double sum = 0;
  for (const double count : counts) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

TEST(Random, IsUniformOnTheScaleOfAContinuousParameter) {
  StrategyStudy study(
      {"random", R"({"parameters": [{"name": "eta", "type": "float", "low": 1, "high": 1024, "log": true}]})"});
  study.take(10'000);

  std::vector<double> counts(10);
  for (const auto& trial : study.trials()) ++counts[static_cast<std::size_t>(std::log2(trial[0]))];

  EXPECT_LT(chi_square(counts), kChiSquare9);
}

// Of ten configurations the last one is the same with probability 1/10 each, whether it came by drawing or from the
// list of what is left.
TEST(Random, LeavesEachConfigurationLastEquallyOften) {
  std::vector<double> counts(10);
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    StrategyStudy study({"random", R"({"parameters": [{"name": "n", "type": "int", "low": 0, "high": 9}]})", {}, seed});
    study.take(10);
    ++counts[static_cast<std::size_t>(study.trials().back()[0])];
  }

  EXPECT_LT(chi_square(counts), kChiSquare9);
}

TEST(Random, TakesTheRestOfALargeFiniteSpaceWithoutTryingInVain) {
  StrategyStudy study({"random", R"({"parameters": [{"name": "n", "type": "int", "low": 1, "high": 30000}]})"});

  study.take(40'000);

  EXPECT_EQ(study.trials().size(), 30'000U);
  EXPECT_TRUE(study.exhausted());
}

}  // namespace
}  // namespace tuner::test
