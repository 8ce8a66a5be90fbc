#include "plugins/strategies/bayes/box_minimizer.h"

#include <gmock/gmock.h>

#include <cmath>

namespace tuner::strategies::bayes {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

constexpr BoxMinimizerOptions kPrecise{.iterations = 200, .gradient_tolerance = 1e-8, .relative_decrease = 0};

TEST(MinimizeInBox, StopsAtTheBoundsThatTheMinimumLiesBeyond) {
  const Differentiable f = [](std::span<const double> x, std::span<double> g) {
    g[0] = 2 * (x[0] - 3) + x[1];
    g[1] = 8 * (x[1] - 0.25) + x[0];
    return (x[0] - 3) * (x[0] - 3) + 4 * (x[1] - 0.25) * (x[1] - 0.25) + x[0] * x[1];
  };

  const Minimum minimum =
      minimize_in_box(f, {0.2, 0.9}, std::vector<double>{0, 0}, std::vector<double>{1, 1}, kPrecise);

  EXPECT_THAT(minimum.x, ElementsAre(1, DoubleNear(0.125, 1e-7)));
}

TEST(MinimizeInBox, FollowsTheValleyOfRosenbrock) {
  bool left_the_box = false;
  const Differentiable f = [&](std::span<const double> x, std::span<double> g) {
    left_the_box = left_the_box || x[0] < -2 || x[0] > 0.8 || x[1] < -2 || x[1] > 2;
    const double valley = x[1] - x[0] * x[0];
    g[0] = -400 * x[0] * valley - 2 * (1 - x[0]);
    g[1] = 200 * valley;
    return 100 * valley * valley + (1 - x[0]) * (1 - x[0]);
  };

  const Minimum minimum =
      minimize_in_box(f, {-1.2, 1}, std::vector<double>{-2, -2}, std::vector<double>{0.8, 2}, kPrecise);

  EXPECT_THAT(minimum.x, ElementsAre(0.8, DoubleNear(0.64, 1e-6)));
  EXPECT_FALSE(left_the_box);
}

TEST(MinimizeInBox, GoesBackFromWhereTheFunctionEnds) {
  const Differentiable f = [](std::span<const double> x, std::span<double> g) {
    g[0] = 1 - 0.01 / x[0];
    return x[0] > 0 ? x[0] - 0.01 * std::log(x[0]) : std::nan("");
  };

  const Minimum minimum = minimize_in_box(f, {0.9}, std::vector<double>{-1}, std::vector<double>{1}, kPrecise);

  EXPECT_THAT(minimum.x, ElementsAre(DoubleNear(0.01, 1e-5)));
}

}  // namespace
}  // namespace tuner::strategies::bayes
