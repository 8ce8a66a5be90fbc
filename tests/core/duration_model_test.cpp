#include "core/duration_model.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>

#include "core/random.h"

namespace tuner {
namespace {

struct Sample {
  Eigen::MatrixXd features;
  Eigen::VectorXd log_durations;
};

// n attempts at points of [0, 1]², whose durations are exp(f(point) + noise).
template <class F>
Sample sample(int n, double noise, F f) {
  RandomStream random(7);
  Sample made{Eigen::MatrixXd(n, 2), Eigen::VectorXd(n)};
  for (int row = 0; row < n; ++row) {
    made.features(row, 0) = random.uniform();
    made.features(row, 1) = random.uniform();
    made.log_durations[row] = f(made.features(row, 0), made.features(row, 1)) + noise * (2 * random.uniform() - 1);
  }
  return made;
}

double predicted(const FittedDurations& fitted, double one, double other) {
  return fitted.model->log_duration(Eigen::Vector2d(one, other));
}

TEST(DurationModel, ConstantDurationsArePredictedExactly) {
  const Sample all = sample(10, 0, [](double, double) { return 2.5; });

  const FittedDurations fitted = fit_durations(all.features, all.log_durations);

  EXPECT_NEAR(predicted(fitted, 0.9, 0.1), 2.5, 1e-12);
  EXPECT_NEAR(error_seldom_exceeded(fitted.errors), 0, 1e-9);
}

TEST(DurationModel, LineIsFoundFromFewAttempts) {
  const Sample all = sample(12, 0, [](double one, double) { return 3 * one - 1; });

  const FittedDurations fitted = fit_durations(all.features, all.log_durations);

  EXPECT_NEAR(predicted(fitted, 1, 0.5), 2, 0.05);
  EXPECT_NEAR(predicted(fitted, 0, 0.5), -1, 0.05);
}

TEST(DurationModel, StepIsLeftToTheNearestAttempts) {
  const Sample all = sample(100, 0, [](double one, double other) { return (one > 0.5) != (other > 0.5) ? 3.0 : 0.0; });

  const FittedDurations fitted = fit_durations(all.features, all.log_durations);

  EXPECT_NEAR(predicted(fitted, 0.25, 0.75), 3, 1e-9);
  EXPECT_NEAR(predicted(fitted, 0.75, 0.75), 0, 1e-9);
}

TEST(DurationModel, NoiseThatDependsOnNothingIsNotLearnt) {
  const Sample all = sample(40, 1, [](double, double) { return 0; });

  const FittedDurations fitted = fit_durations(all.features, all.log_durations);

  EXPECT_NEAR(predicted(fitted, 0, 0), all.log_durations.mean(), 0.2);
}

// The plain way: leave each attempt out, fit the rest.
TEST(DurationModel, ErrorsOfTheRegressionAreThoseOfLeavingEachAttemptOut) {
  const Sample all = sample(30, 0.01, [](double one, double other) { return 3 * one - 2 * other; });

  const FittedDurations fitted = fit_durations(all.features, all.log_durations);

  std::vector<double> plain;
  for (Eigen::Index out = 0; out < 30; ++out) {
    Eigen::MatrixXd features(29, 3);  // with a column of ones: least squares, which the small ridge is close to
    Eigen::VectorXd log_durations(29);
    for (Eigen::Index row = 0; row < 29; ++row) {
      const Eigen::Index from = row < out ? row : row + 1;
      features.row(row) << 1, all.features.row(from);
      log_durations[row] = all.log_durations[from];
    }
    const Eigen::Vector3d weights =
        (features.transpose() * features).inverse() * (features.transpose() * log_durations);
    plain.push_back(all.log_durations[out] - weights[0] - weights.tail(2).dot(all.features.row(out)));
  }
  std::ranges::sort(plain);
  ASSERT_EQ(fitted.errors.size(), plain.size());
  for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_NEAR(fitted.errors[i], plain[i], 0.001) << i;
}

TEST(DurationModel, FeaturesThatNeverChangeDoNoHarm) {
  Sample all = sample(12, 0, [](double one, double) { return one; });
  all.features.col(1).setConstant(5);

  const FittedDurations fitted = fit_durations(all.features, all.log_durations);

  EXPECT_NEAR(predicted(fitted, 0.5, 5), 0.5, 0.01);
  EXPECT_NEAR(predicted(fitted, 0.5, 99), 0.5, 0.01);
}

TEST(ErrorSeldomExceeded, IsTheNineteenthOfNineteenAndTheNinetySixthOfHundred) {
  std::vector<double> errors;
  for (int i = 1; i <= 19; ++i) errors.push_back(i);
  EXPECT_EQ(error_seldom_exceeded(errors), 19);
  for (int i = 20; i <= 100; ++i) errors.push_back(i);
  EXPECT_EQ(error_seldom_exceeded(errors), 96);
}

TEST(ErrorSeldomExceeded, IsNotLessThanTwiceTheSpreadOfAFew) {
  EXPECT_DOUBLE_EQ(error_seldom_exceeded({-1, -1, 1, 1}), 2);
}

}  // namespace
}  // namespace tuner
