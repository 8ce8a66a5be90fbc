#include "plugins/strategies/bayes/acquisition.h"

#include <gmock/gmock.h>

#include <cmath>

#include "tests/plugins/strategies/bayes/plain_gaussian_process.h"

namespace tuner::strategies::bayes {
namespace {

// The score as a function of (mean, variance) of each process, one after the other.
double score_at(const Acquisition& acquisition, const std::vector<double>& flat) {
  std::vector<Moments> moments;
  for (std::size_t i = 0; i < flat.size(); i += 2) moments.push_back({flat[i], flat[i + 1]});
  return acquisition.score(moments, {});
}

void expect_slopes(const Acquisition& acquisition, const std::vector<double>& flat) {
  std::vector<Moments> moments;
  for (std::size_t i = 0; i < flat.size(); i += 2) moments.push_back({flat[i], flat[i + 1]});
  std::vector<Slopes> slopes(moments.size());

  acquisition.score(moments, slopes);

  const auto f = [&](const std::vector<double>& at) { return score_at(acquisition, at); };
  for (std::size_t i = 0; i < flat.size(); ++i) {
    const double slope = i % 2 == 0 ? slopes[i / 2].by_mean : slopes[i / 2].by_variance;
    EXPECT_NEAR(slope, test::central_difference(f, flat, i, 1e-6 * std::max(flat[i], 0.1)),
                1e-5 * (1 + std::abs(slope)))
        << i;
  }
}

TEST(Acquisition, HasTheSlopesThatItSaysForLogExpectedImprovement) {
  Acquisition acquisition{.incumbent = -1};
  expect_slopes(acquisition, {0.3, 0.5});
  expect_slopes(acquisition, {-1.5, 0.01});
  expect_slopes(acquisition, {3.0, 0.001});
}

TEST(Acquisition, HasTheSlopesThatItSaysForTheConfidenceBound) {
  Acquisition acquisition{.criterion = Criterion::confidence_bound};
  expect_slopes(acquisition, {0.3, 0.5});
}

TEST(Acquisition, HasTheSlopesThatItSaysWithConstraintsAndFailures) {
  for (const Criterion criterion :
       {Criterion::log_expected_improvement, Criterion::confidence_bound, Criterion::feasibility}) {
    Acquisition acquisition{.criterion = criterion, .incumbent = -1, .constraints = 1, .has_failures = true};
    expect_slopes(acquisition, {0.3, 0.5, 0.2, 0.7, 0.4, 0.3});
    expect_slopes(acquisition, {0.3, 0.5, -2, 0.7, -0.8, 0.3});
  }
}

TEST(Acquisition, HasTheSlopesThatItSaysForSeveralObjectives) {
  Acquisition acquisition{.criterion = Criterion::confidence_bound, .scales = {{0.3, -1, 2}, {0.7, 0, 3}}};
  expect_slopes(acquisition, {0.3, 0.5, 1.2, 0.4});
  expect_slopes(acquisition, {5.0, 0.5, 0.2, 0.4});
}

TEST(Acquisition, PrefersTheLikelyFeasible) {
  for (const Criterion criterion : {Criterion::log_expected_improvement, Criterion::confidence_bound}) {
    const Acquisition acquisition{.criterion = criterion, .constraints = 1};
    EXPECT_GT(score_at(acquisition, {0, 1, -2, 1}), score_at(acquisition, {0, 1, 2, 1}));
  }
}

TEST(Acquisition, IsFiniteWhereNothingCanBeWon) {
  const Acquisition acquisition{.incumbent = -1};

  EXPECT_TRUE(std::isfinite(score_at(acquisition, {1000, 1e-14})));
}

}  // namespace
}  // namespace tuner::strategies::bayes
