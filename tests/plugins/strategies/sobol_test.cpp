#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "plugins/strategies/common/scrambled_sobol.h"
#include "tests/plugins/strategies/strategy_study.h"

namespace tuner::test {
namespace {

using strategies::ScrambledSobol;
using testing::Each;

// How many of the points fall into each of the a * b boxes of two coordinates.
std::vector<int> box_counts(const Configurations& points, std::size_t a, std::size_t b) {
  std::vector<int> counts(a * b);
  for (const auto& point : points) {
    const auto row = static_cast<std::size_t>(point[0] * static_cast<double>(a));
    const auto column = static_cast<std::size_t>(point[1] * static_cast<double>(b));
    ++counts[row * b + column];
  }
  return counts;
}

Configurations points(std::size_t dimensions, std::uint64_t seed, std::uint64_t count) {
  ScrambledSobol sequence(dimensions, seed);
  Configurations result;
  for (std::uint64_t i = 0; i < count; ++i) result.push_back(sequence.point(i));
  return result;
}

// The first two dimensions are a (0, 2)-sequence in base 2: of 2^m points, one lies in each box of volume 2^-m,
// whatever its shape. Scrambling must keep that.
TEST(ScrambledSobol, PutsOnePointIntoEachElementaryBox) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const Configurations first = points(2, seed, 256);
    for (std::size_t rows = 1; rows <= 256; rows *= 2) EXPECT_THAT(box_counts(first, rows, 256 / rows), Each(1));
  }
}

TEST(ScrambledSobol, FillsEachOfManyDimensionsEvenly) {
  constexpr std::size_t kDimensions = 200;
  const Configurations first = points(kDimensions, 7, 128);

  for (std::size_t d = 0; d < kDimensions; ++d) {
    std::set<int> cells;
    for (const auto& point : first) cells.insert(static_cast<int>(point[d] * 128));
    ASSERT_EQ(cells.size(), 128U) << "dimension " << d;
  }
}

TEST(ScrambledSobol, GivesAnyPointWithoutThoseBefore) {
  ScrambledSobol in_order(5, 3);
  std::vector<double> hundredth;
  for (std::uint64_t i = 0; i <= 100; ++i) hundredth = in_order.point(i);

  ScrambledSobol direct(5, 3);

  EXPECT_EQ(direct.point(100), hundredth);
  EXPECT_EQ(direct.point(100), hundredth);
  EXPECT_EQ(direct.point(0), ScrambledSobol(5, 3).point(0));
}

// Over 400 seeds the mean of a uniform coordinate is 1/2 with standard deviation 1 / sqrt(12 * 400) = 0.0144; five of
// them are exceeded with probability 6e-7.
TEST(ScrambledSobol, IsUniformOverTheSeeds) {
  for (const std::uint64_t index : {0, 1, 5}) {
    double sum = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) sum += ScrambledSobol(3, seed).point(index)[2];
    EXPECT_NEAR(sum / 400, 0.5, 5 * 0.0144);
  }
}

// The error of random points would be about sd / sqrt(n) = 0.02; scrambled nets reach far below for a smooth integrand.
TEST(ScrambledSobol, IntegratesASmoothFunctionMuchBetterThanChance) {
  const Configurations first = points(6, 11, 1024);
  double sum = 0;
  for (const auto& point : first) {
    double product = 1;
    for (const double x : point) product *= 1 + (x - 0.5);
    sum += product;
  }

  EXPECT_NEAR(sum / 1024, 1.0, 0.002);
}

TEST(Sobol, MeetsEachValueOfAPowerOfTwoBeforeAnyTwice) {
  StrategyStudy study({"sobol", R"({"parameters": [{"name": "n", "type": "int", "low": 1, "high": 16},
                                                   {"name": "x", "type": "float", "low": 0, "high": 1}]})"});

  study.take(16);

  std::set<double> values;
  for (const auto& trial : study.trials()) values.insert(trial[0]);
  EXPECT_EQ(values.size(), 16U);
}

TEST(Sobol, SaysHowManyParametersItCanDo) {
  std::string parameters;
  for (std::size_t i = 0; i <= ScrambledSobol::kMostDimensions; ++i)
    parameters += (i > 0 ? "," : "") + ("{\"name\": \"b" + std::to_string(i) + "\", \"type\": \"bool\"}");

  EXPECT_THAT(
      [&] {
        StrategyStudy({"sobol", "{\"parameters\": [" + parameters + "]}"});
      },
      testing::ThrowsMessage<std::runtime_error>(testing::HasSubstr("goes up to 3667 parameters")));
}

}  // namespace
}  // namespace tuner::test
