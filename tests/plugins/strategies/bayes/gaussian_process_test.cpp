#include "plugins/strategies/bayes/gaussian_process.h"

#include <gmock/gmock.h>

#include <cmath>

#include "tests/plugins/strategies/bayes/plain_gaussian_process.h"

namespace tuner::strategies::bayes {
namespace {

using test::central_difference;
using test::plain_posterior;
using test::RandomData;

class AGaussianProcess : public testing::Test {
 protected:
  static constexpr std::size_t kRows = 100;  // more than one block

  GaussianProcess conditioned_on(std::size_t count) const {
    GaussianProcess process(owners, hyperparameters);
    TrainingSet part;
    for (std::size_t i = 0; i < count; ++i)
      part.add(random.data.features[i], random.data.targets[i], random.data.noise[i]);
    EXPECT_TRUE(process.condition(part));
    return process;
  }

  const std::vector<std::size_t> owners{0, 1, 1, 2};
  const Hyperparameters hyperparameters{{0.6, 1.1, 0.8}, 1.7, 1e-3};
  const RandomData random{kRows, 4, 11};
  const RandomData elsewhere{80, 4, 12};
};

TEST_F(AGaussianProcess, PredictsWhatTheTextbookSays) {
  GaussianProcess process = conditioned_on(kRows);

  for (std::size_t i = 0; i < 10; ++i) {
    const Moments expected = plain_posterior(random.data, elsewhere.rows[i], owners, hyperparameters, process.mean());
    const Moments moments = process.at(elsewhere.rows[i]);
    EXPECT_NEAR(moments.mean, expected.mean, 1e-6);  // the jitter of 1e-10 moves it by less
    EXPECT_NEAR(moments.variance, expected.variance, 1e-6);
    EXPECT_NEAR(process.mean_at(elsewhere.rows[i]), moments.mean, 1e-10);
  }
}

TEST_F(AGaussianProcess, KnowsASinglePointAsWellAsItsNoiseAllows) {
  GaussianProcess process = conditioned_on(1);
  const double s2 = hyperparameters.signal;
  const double noise = hyperparameters.noise;

  EXPECT_NEAR(process.at(random.rows[0]).variance, noise * s2 / (noise + s2), 1e-9);
}

TEST_F(AGaussianProcess, HasTheGradientThatItSays) {
  GaussianProcess process = conditioned_on(kRows);
  std::vector<std::span<const double>> fantasies{elsewhere.rows[5], elsewhere.rows[6]};
  process.add_fantasies(fantasies);
  const auto value = [&](const std::vector<double>& at) {
    const Moments moments = process.at(at);
    return 0.7 * moments.mean - 1.3 * moments.variance;
  };

  std::vector<double> gradient(4);
  process.at(elsewhere.rows[0]);
  process.gradient(0.7, -1.3, gradient);

  for (std::size_t e = 0; e < 4; ++e)
    EXPECT_NEAR(gradient[e], central_difference(value, elsewhere.rows[0], e), 1e-6 * (1 + std::abs(gradient[e])));
}

TEST_F(AGaussianProcess, IsTheSameAppendedToAsBuiltAtOnce) {
  GaussianProcess appended = conditioned_on(10);
  for (std::size_t i = 10; i < kRows; ++i)
    ASSERT_TRUE(appended.append(random.data.features[i], random.data.targets[i], random.data.noise[i]));

  GaussianProcess built = conditioned_on(kRows);

  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_NEAR(appended.at(elsewhere.rows[i]).mean, built.at(elsewhere.rows[i]).mean, 1e-8);
    EXPECT_NEAR(appended.at(elsewhere.rows[i]).variance, built.at(elsewhere.rows[i]).variance, 1e-8);
  }
}

TEST_F(AGaussianProcess, TakesDuplicatesWithoutBlowingUp) {
  Hyperparameters sure = hyperparameters;
  sure.noise = 1e-6;
  GaussianProcess process(owners, sure);
  TrainingSet data;
  data.add(random.data.features[0], 1.0);
  ASSERT_TRUE(process.condition(data));

  for (int i = 0; i < 20; ++i) ASSERT_TRUE(process.append(random.data.features[0], 1.0 + 1e-3 * i, {}));
  std::vector<std::span<const double>> twins(3, random.data.features[0]);
  ASSERT_TRUE(process.add_fantasies(twins));

  const Moments moments = process.at(random.rows[0]);
  EXPECT_NEAR(moments.mean, 1.0, 0.02);
  EXPECT_GT(moments.variance, 0);
  EXPECT_TRUE(std::isfinite(process.at(elsewhere.rows[0]).mean));
}

TEST_F(AGaussianProcess, KeepsItsMeanAndLosesVarianceByFantasies) {
  GaussianProcess process = conditioned_on(kRows);
  std::vector<Moments> before;
  for (const auto& x : elsewhere.rows) before.push_back(process.at(x));

  std::vector<std::span<const double>> fantasies(elsewhere.data.features.begin(), elsewhere.data.features.begin() + 40);
  ASSERT_TRUE(process.add_fantasies(fantasies));

  for (std::size_t i = 0; i < elsewhere.rows.size(); ++i) {
    EXPECT_NEAR(process.at(elsewhere.rows[i]).mean, before[i].mean, 1e-10);
    EXPECT_LE(process.at(elsewhere.rows[i]).variance, before[i].variance + 1e-12);
  }
}

TEST_F(AGaussianProcess, GivesAllFantasiesTheVarianceOfTheJointFactor) {
  GaussianProcess at_once = conditioned_on(50);
  GaussianProcess one_by_one = conditioned_on(50);
  GaussianProcess as_rows = conditioned_on(50);
  std::vector<std::span<const double>> fantasies(elsewhere.data.features.begin(), elsewhere.data.features.begin() + 30);

  at_once.add_fantasies(fantasies);
  for (const auto& fantasy : fantasies) {
    one_by_one.add_fantasies({&fantasy, 1});
    as_rows.append(fantasy, 0.0, {});
  }

  for (std::size_t i = 40; i < 60; ++i) {
    const double expected = as_rows.at(elsewhere.rows[i]).variance;
    EXPECT_NEAR(at_once.at(elsewhere.rows[i]).variance, expected, 1e-9);
    EXPECT_NEAR(one_by_one.at(elsewhere.rows[i]).variance, expected, 1e-9);
  }
}

TEST_F(AGaussianProcess, ForgetsFantasiesWithoutATrace) {
  GaussianProcess process = conditioned_on(kRows);
  const Moments before = process.at(elsewhere.rows[0]);
  std::vector<std::span<const double>> fantasies(elsewhere.data.features.begin(), elsewhere.data.features.end());

  process.add_fantasies(fantasies);
  process.keep_fantasies(0);

  EXPECT_EQ(process.at(elsewhere.rows[0]).mean, before.mean);
  EXPECT_EQ(process.at(elsewhere.rows[0]).variance, before.variance);
}

TEST_F(AGaussianProcess, UpdatesAPoolAsIfItWereMadeAnew) {
  GaussianProcess process = conditioned_on(70);
  const std::vector<std::span<const double>> candidates(elsewhere.data.features.begin(),
                                                        elsewhere.data.features.begin() + 20);
  PoolPosterior pool = process.pool(candidates);

  for (std::size_t i = 0; i < 90; ++i) {  // more than a pool has room for at first
    const std::span<const double> fantasy = i < 60 ? elsewhere.data.features[20 + i] : random.data.features[i];
    ASSERT_TRUE(process.add_fantasies({&fantasy, 1}));
    process.follow(pool);
  }

  const PoolPosterior anew = process.pool(candidates);
  for (std::size_t j = 0; j < candidates.size(); ++j) {
    EXPECT_NEAR(pool.moments[j].variance, anew.moments[j].variance, 1e-9);
    EXPECT_NEAR(pool.moments[j].variance, process.at(elsewhere.rows[j]).variance, 1e-9);
    EXPECT_NEAR(pool.moments[j].mean, process.at(elsewhere.rows[j]).mean, 1e-9);
  }
}

TEST_F(AGaussianProcess, KnowsItsMeansAtItsOwnRows) {
  GaussianProcess process = conditioned_on(kRows);
  const std::vector<double> means = process.means_of_rows();

  for (std::size_t i = 0; i < kRows; i += 7) EXPECT_NEAR(means[i], process.at(random.rows[i]).mean, 1e-7);
}

TEST_F(AGaussianProcess, LeavesOneOutAsIfItWereNotThere) {
  GaussianProcess process = conditioned_on(30);
  const std::vector<Moments> left_out = process.leave_one_out();

  for (std::size_t out = 0; out < 30; out += 5) {
    TrainingSet others;
    for (std::size_t i = 0; i < 30; ++i)
      if (i != out) others.add(random.data.features[i], random.data.targets[i]);
    const Moments expected = plain_posterior(others, random.rows[out], owners, hyperparameters, process.mean());
    EXPECT_NEAR(left_out[out].mean, expected.mean, 1e-6);
    EXPECT_NEAR(left_out[out].variance, expected.variance + hyperparameters.noise, 1e-6);
  }
}

}  // namespace
}  // namespace tuner::strategies::bayes
