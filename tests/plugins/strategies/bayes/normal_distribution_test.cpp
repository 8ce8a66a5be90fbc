#include "plugins/strategies/bayes/normal_distribution.h"

#include <gmock/gmock.h>

#include <cmath>

namespace tuner::strategies::bayes {
namespace {

// Reference values by arithmetic of 50 digits.
TEST(LogImprovement, IsExactFarIntoTheTail) {
  EXPECT_NEAR(log_improvement(-40).value, -808.2985684, 1e-6);
  EXPECT_NEAR(log_improvement(-10).value, -55.55312204, 1e-7);
  EXPECT_NEAR(log_improvement(-3).value, -7.86968606, 1e-8);
  EXPECT_NEAR(log_improvement(-1 - 1e-4).value, -2.4853115, 2e-7);
  EXPECT_NEAR(log_improvement(-1 + 1e-4).value, -2.4849305, 2e-7);
  EXPECT_NEAR(log_improvement(0).value, -0.9189385332, 1e-10);
  EXPECT_NEAR(log_improvement(3).value, 1.098739665, 1e-9);
}

TEST(LogImprovement, HasNoJumpWhereTheFormulaChanges) {
  for (const double switch_at : {-1.0, -25 * std::sqrt(2.0), -300.0}) {
    const LogImprovement below = log_improvement(switch_at * (1 + 1e-13));
    const LogImprovement above = log_improvement(switch_at * (1 - 1e-13));
    EXPECT_NEAR(below.value / above.value, 1, 1e-9) << switch_at;
    EXPECT_NEAR(below.derivative / above.derivative, 1, 1e-9) << switch_at;
  }
}

TEST(LogImprovement, HasTheDerivativeThatItSays) {
  for (const double zeta : {-1000.0, -200.0, -30.0, -5.0, -1.5, -0.5, 0.0, 2.0, 8.0}) {
    const double step = 1e-5 * std::max(1.0, std::abs(zeta));
    const double difference = (log_improvement(zeta + step).value - log_improvement(zeta - step).value) / (2 * step);
    EXPECT_NEAR(log_improvement(zeta).derivative / difference, 1, 1e-6) << zeta;
  }
}

TEST(LogNormalCdf, IsFiniteAndHasTheDerivativeThatItSays) {
  for (const double x : {-500.0, -50.0, -8.0, -1.01, -0.99, 0.0, 3.0, 9.0}) {
    const double step = 1e-5 * std::max(1.0, std::abs(x));
    const double difference = (log_normal_cdf(x + step) - log_normal_cdf(x - step)) / (2 * step);
    EXPECT_TRUE(std::isfinite(log_normal_cdf(x)));
    EXPECT_NEAR(mills_ratio(x), difference, 1e-6 * std::max(1.0, difference)) << x;
  }
}

}  // namespace
}  // namespace tuner::strategies::bayes
