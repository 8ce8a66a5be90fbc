#include "plugins/strategies/bayes/output_transform.h"

#include <gmock/gmock.h>

#include <cmath>

#include "plugins/strategies/bayes/random_stream.h"

namespace tuner::strategies::bayes {
namespace {

std::vector<double> log_normal_values(std::size_t count) {
  RandomStream random(3);
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(std::exp(2 * random.normal()));
  return values;
}

class AnOutputTransform : public testing::TestWithParam<Squashing> {};

TEST_P(AnOutputTransform, StandardizesItsTargets) {
  const std::vector<double> values = log_normal_values(50);

  const std::vector<double> targets = OutputTransform::of(values, GetParam()).targets(values);

  double sum = 0;
  double squares = 0;
  for (const double target : targets) {
    sum += target;
    squares += target * target;
  }
  EXPECT_NEAR(sum / 50, 0, 1e-12);
  EXPECT_NEAR(squares / 50, 1, 1e-12);
}

TEST_P(AnOutputTransform, IsMonotoneInvertibleAndHasTheDerivativeThatItSays) {
  const std::vector<double> values = log_normal_values(50);
  const OutputTransform transform = OutputTransform::of(values, GetParam());

  for (double value = -3; value < 20; value += 0.37) {
    const double step = 1e-6;
    EXPECT_LT(transform.target(value), transform.target(value + 0.1));
    EXPECT_NEAR(transform.value(transform.target(value)), value, 1e-9 * (1 + std::abs(value)));
    EXPECT_NEAR(transform.derivative(value),
                (transform.target(value + step) - transform.target(value - step)) / (2 * step), 1e-6);
  }
}

TEST_P(AnOutputTransform, SurvivesValuesOfAnySize) {
  for (const std::vector<double>& values :
       {std::vector<double>{1e300, -1e300, 0}, std::vector<double>{5, 5, 5, 5}, std::vector<double>{1e-320, 2e-320},
        std::vector<double>{7}, std::vector<double>{1.7e308, 1.0, 2.0}}) {
    const OutputTransform transform = OutputTransform::of(values, GetParam());
    for (const double value : values) EXPECT_TRUE(std::isfinite(transform.target(value))) << value;
    EXPECT_TRUE(std::isfinite(transform.log_jacobian(values)));
  }
}

INSTANTIATE_TEST_SUITE_P(Squashings, AnOutputTransform, testing::Values(Squashing::none, Squashing::soft_log));

TEST(OutputTransform, KeepsTheSignOfAConstraint) {
  const std::vector<double> values{-3, -1, 0.5, 2, 100};
  const OutputTransform transform = OutputTransform::of_constraint(values);

  EXPECT_EQ(transform.target(0), 0);
  EXPECT_LT(transform.target(-1), 0);
  EXPECT_GT(transform.target(0.5), 0);
  EXPECT_LT(transform.target(100), 10);
}

TEST(AnOutputTransformThatSquashes, TellsOrdinaryValuesApartBesideAbsurdOnes) {
  for (const double absurd : {1e6, 1e16, 1e300}) {
    const std::vector<double> values{0, 1, 2, 3, 4, 5, absurd, absurd};

    const std::vector<double> targets = OutputTransform::of(values, Squashing::soft_log).targets(values);

    EXPECT_GT(targets[5] - targets[0], 0.2) << absurd;
  }
}

TEST(AnOutputTransformThatSquashes, TakesTheSpreadOfTheOthersWhereTheGoodHalfIsAllTheSame) {
  const std::vector<double> values{7, 7, 7, 7, 7, 8, 9, 1e20};

  const std::vector<double> targets = OutputTransform::of(values, Squashing::soft_log).targets(values);

  EXPECT_GT(targets[5] - targets[0], 0.1);
  EXPECT_GT(targets[6] - targets[5], 0.05);
}

TEST(AnOutputTransformThatSquashes, IsInvertibleFarAway) {
  const std::vector<double> values = log_normal_values(50);
  const OutputTransform transform = OutputTransform::of(values, Squashing::soft_log);

  for (const double value : {1e3, 1e5, 1e9, 1e20}) {
    EXPECT_NEAR(transform.value(transform.target(value)) / value, 1, 1e-9);
    const double step = 1e-4 * value;
    const double slope = (transform.target(value + step) - transform.target(value - step)) / (2 * step);
    EXPECT_NEAR(transform.derivative(value) / slope, 1, 1e-5);
  }
}

}  // namespace
}  // namespace tuner::strategies::bayes
