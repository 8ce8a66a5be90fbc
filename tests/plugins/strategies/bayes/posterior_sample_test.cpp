#include "plugins/strategies/bayes/posterior_sample.h"

#include <gmock/gmock.h>

#include <cmath>

#include "tests/plugins/strategies/bayes/plain_gaussian_process.h"

namespace tuner::strategies::bayes {
namespace {

// Two features belong to one parameter, as those of a choice do.
class APosteriorSample : public testing::Test {
 protected:
  APosteriorSample() { EXPECT_TRUE(process.condition(observed.data)); }

  static constexpr std::size_t kFeatures = 4;

  const test::RandomData observed{12, kFeatures, 21};
  const test::RandomData elsewhere{5, kFeatures, 22};
  const std::vector<std::size_t> owners{0, 1, 1, 2};
  const Hyperparameters hyperparameters{{0.6, 1.1, 0.8}, 1.7, 0.05};
  GaussianProcess process{owners, hyperparameters};
};

// Exact covariance of the posterior at two points, by the textbook.
double plain_posterior_covariance(const test::RandomData& observed, std::span<const double> a,
                                  std::span<const double> b, std::span<const std::size_t> owners,
                                  const Hyperparameters& hyperparameters) {
  test::Matrix covariance;
  std::vector<double> with_b;
  for (const auto& row : observed.rows) {
    covariance.emplace_back();
    for (const auto& column : observed.rows)
      covariance.back().push_back(test::plain_covariance(row, column, owners, hyperparameters));
    covariance.back()[covariance.size() - 1] += hyperparameters.noise;
    with_b.push_back(test::plain_covariance(row, b, owners, hyperparameters));
  }
  const std::vector<double> solved = test::solve(covariance, with_b);
  double result = test::plain_covariance(a, b, owners, hyperparameters);
  for (std::size_t i = 0; i < solved.size(); ++i)
    result -= test::plain_covariance(a, observed.rows[i], owners, hyperparameters) * solved[i];
  return result;
}

// Of 8,000 draws a mean has the standard error sd / 89, and a covariance at most sqrt(2 / 8000) = 1.6 % of the product
// of the sds. So 5 % are at least 3.2 standard errors, and another seed would raise a false alarm among the 20 figures
// once in about 60 times. (Of 2,000 draws it would do so every other time.)
TEST_F(APosteriorSample, HasMeanAndCovarianceOfThePosterior) {
  constexpr std::size_t kDraws = 8000;
  std::vector<std::vector<double>> draws;
  RandomStream random(1);
  for (std::size_t draw = 0; draw < kDraws; ++draw) {
    const PosteriorSample sample(process, random);
    draws.emplace_back();
    for (const auto& row : elsewhere.rows) draws.back().push_back(sample.at(row));
  }

  for (std::size_t a = 0; a < 5; ++a) {
    const double expected = process.mean_at(elsewhere.rows[a]);
    const double variance_a = process.at(elsewhere.rows[a]).variance;
    double mean = 0;
    for (const auto& values : draws) mean += values[a] / kDraws;
    EXPECT_NEAR(mean, expected, 0.05 * std::sqrt(variance_a)) << a;
    for (std::size_t b = 0; b <= a; ++b) {
      double covariance = 0;
      for (const auto& values : draws)
        covariance += (values[a] - expected) * (values[b] - process.mean_at(elsewhere.rows[b])) / kDraws;
      const double scale = std::sqrt(variance_a * process.at(elsewhere.rows[b]).variance);
      const double exact =
          plain_posterior_covariance(observed, elsewhere.rows[a], elsewhere.rows[b], owners, hyperparameters);
      EXPECT_NEAR(covariance, exact, 0.05 * scale) << a << " " << b;
    }
  }
}

TEST_F(APosteriorSample, HasTheGradientThatItSays) {
  RandomStream random(3);
  const PosteriorSample sample(process, random);
  const auto value = [&](const std::vector<double>& at) { return sample.at(at); };

  for (const auto& row : elsewhere.rows) {
    std::vector<double> gradient(kFeatures);
    EXPECT_DOUBLE_EQ(sample.at(row, gradient), sample.at(row));
    for (std::size_t e = 0; e < kFeatures; ++e)
      EXPECT_NEAR(gradient[e], test::central_difference(value, row, e), 1e-6 * (1 + std::abs(gradient[e]))) << e;
  }
}

TEST_F(APosteriorSample, SaysTheSameOfAPoolAsOfItsPoints) {
  process.add_fantasies(std::vector<std::span<const double>>{elsewhere.rows[3]});
  const std::vector<std::span<const double>> rows(elsewhere.rows.begin(), elsewhere.rows.end());
  const PoolPosterior pool = process.pool(rows);
  RandomStream random(4);

  const PosteriorSample sample(process, random);
  const std::vector<double> values = sample.at(pool);

  for (std::size_t j = 0; j < rows.size(); ++j) EXPECT_NEAR(values[j], sample.at(rows[j]), 1e-9);
}

TEST_F(APosteriorSample, DiffersFromTheNextAndComesAgainFromTheSameSeed) {
  RandomStream random(5);
  RandomStream again(5);

  const double first = PosteriorSample(process, random).at(elsewhere.rows[0]);
  const double second = PosteriorSample(process, random).at(elsewhere.rows[0]);

  EXPECT_NE(first, second);
  EXPECT_EQ(first, PosteriorSample(process, again).at(elsewhere.rows[0]));
}

TEST_F(APosteriorSample, PassesThroughValuesThatAreExact) {
  Hyperparameters exact = hyperparameters;
  exact.noise = 1e-6;
  GaussianProcess certain(owners, exact);
  ASSERT_TRUE(certain.condition(observed.data));
  RandomStream random(6);

  const PosteriorSample sample(certain, random);

  for (std::size_t i = 0; i < observed.rows.size(); ++i)
    EXPECT_NEAR(sample.at(observed.rows[i]), observed.data.targets[i], 0.01);
}

TEST_F(APosteriorSample, FollowsTheTrendOfAnEarlierStudy) {
  auto trend = std::make_shared<GaussianProcess>(owners, hyperparameters);
  ASSERT_TRUE(trend->condition(test::RandomData(20, kFeatures, 23).data));
  process.set_trend(trend);
  ASSERT_TRUE(process.condition(observed.data));
  RandomStream random(7);
  const PosteriorSample sample(process, random);
  const auto value = [&](const std::vector<double>& at) { return sample.at(at); };

  std::vector<double> gradient(kFeatures);
  sample.at(elsewhere.rows[0], gradient);

  ASSERT_GT(process.trend_weight(), 0);
  for (std::size_t e = 0; e < kFeatures; ++e)
    EXPECT_NEAR(gradient[e], test::central_difference(value, elsewhere.rows[0], e), 1e-6 * (1 + std::abs(gradient[e])));
}

}  // namespace
}  // namespace tuner::strategies::bayes
