#include "plugins/strategies/bayes/fit.h"

#include <gmock/gmock.h>

#include <cmath>

#include "plugins/strategies/bayes/linear_algebra.h"
#include "tests/plugins/strategies/bayes/plain_gaussian_process.h"

namespace tuner::strategies::bayes {
namespace {

using test::central_difference;
using test::RandomData;

TEST(NegativeLogPosterior, HasTheGradientThatItSays) {
  // Features 1 to 3 belong to one parameter, as those of a choice do; 90 rows are more than one block.
  const std::vector<std::size_t> owners{0, 1, 1, 1, 2};
  RandomData random(90, owners.size(), 1);
  random.data.noise[3] = {0.25, 0.02};
  random.data.scatter = 0.7;
  random.data.scatter_freedom = 5;
  const Prior prior(3, 3);
  const std::vector<double> theta{-0.5, 0.3, -1.2, 0.4, -3.0};

  std::vector<double> gradient(theta.size());
  negative_log_posterior(random.data, owners, prior, theta, gradient);

  const auto value = [&](const std::vector<double>& at) {
    std::vector<double> unused(at.size());
    return negative_log_posterior(random.data, owners, prior, at, unused);
  };
  for (std::size_t i = 0; i < theta.size(); ++i)
    EXPECT_NEAR(gradient[i], central_difference(value, theta, i), 1e-6 * (1 + std::abs(gradient[i]))) << i;
}

TEST(NegativeLogPosterior, IsTheSameAtBothLevelsOfTheProcessor) {
  const RandomData random(70, 4, 2);
  const std::vector<std::size_t> owners{0, 1, 2, 3};
  const std::vector<double> columns = scaled_columns(random.data.features, owners, std::vector<double>(4, 0.7));
  const std::vector<double> noise(70, 1e-3);
  const LikelihoodData data{
      {columns.data(), 70, 4, 70}, random.data.targets.data(), noise.data(), noise.data(), 1.3, 0.01};
  std::vector<double> best(4);
  std::vector<double> baseline(4);

  const LikelihoodResult a = linear_algebra().likelihood(data, best.data());
  const LikelihoodResult b = baseline_linear_algebra().likelihood(data, baseline.data());

  EXPECT_NEAR(a.value, b.value, 1e-8 * std::abs(b.value));
  for (std::size_t e = 0; e < 4; ++e) EXPECT_NEAR(best[e], baseline[e], 1e-7 * (1 + std::abs(baseline[e])));
}

// A function drawn from the prior over 200 points: its length scales are found again within a factor of 1.5, and the
// noise, which 200 points show well, within a factor of 2.
TEST(Fit, RecoversTheHyperparametersThatMadeTheData) {
  const std::vector<std::size_t> owners{0, 1, 2};
  const Hyperparameters truth{{0.3, 0.6, 1.2}, 1.0, 1e-2};
  RandomData random(200, 3, 5);
  RandomStream normal(17);
  const std::size_t n = random.rows.size();
  test::Matrix factor(n, std::vector<double>(n));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = test::plain_covariance(random.rows[i], random.rows[j], owners, truth) + (i == j ? truth.noise : 0);
      for (std::size_t k = 0; k < j; ++k) sum -= factor[i][k] * factor[j][k];
      factor[i][j] = i == j ? std::sqrt(sum) : sum / factor[j][j];
    }
  std::vector<double> draws;
  for (std::size_t i = 0; i < n; ++i) draws.push_back(normal.normal());
  for (std::size_t i = 0; i < n; ++i) {
    random.data.targets[i] = 0;
    for (std::size_t j = 0; j <= i; ++j) random.data.targets[i] += factor[i][j] * draws[j];
  }

  const Prior prior(3, 3);
  const Hyperparameters found = fit(random.data, owners, prior, {prior.mode()}).hyperparameters();

  for (std::size_t j = 0; j < 3; ++j)
    EXPECT_LT(std::abs(std::log(found.length_scale[j] / truth.length_scale[j])), std::log(1.5)) << j;
  EXPECT_LT(std::abs(std::log(found.noise / truth.noise)), std::log(2));
}

TEST(Fit, StaysWithinItsBoundsOnConstantTargets) {
  RandomData random(20, 2, 3);
  std::fill(random.data.targets.begin(), random.data.targets.end(), 0.0);
  const Prior prior(2, 2);

  const Fit result = fit(random.data, std::vector<std::size_t>{0, 1}, prior, {prior.mode()});

  for (std::size_t i = 0; i < prior.size(); ++i) {
    EXPECT_GE(result.theta[i], prior.lower()[i]);
    EXPECT_LE(result.theta[i], prior.upper()[i]);
  }
}

}  // namespace
}  // namespace tuner::strategies::bayes
