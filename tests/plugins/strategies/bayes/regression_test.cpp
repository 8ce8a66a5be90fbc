// Short runs on known functions: they fail when the engine gets worse by about half a decade. The thresholds are ten to
// the half times what was measured.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numbers>
#include <numeric>

#include "plugins/strategies/bayes/random_stream.h"
#include "tests/plugins/strategies/bayes/optimization_study.h"

namespace tuner::test {
namespace {

double median_regret(const std::string& space, const Objective& objective, double optimum, std::size_t trials,
                     std::size_t seeds, std::size_t workers = 1) {
  std::vector<double> regrets;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    OptimizationStudy study(space, {{false}, 0, {}, {}}, seed);
    study.run(objective, trials, workers);
    regrets.push_back(study.best_value() - optimum);
  }
  std::sort(regrets.begin(), regrets.end());
  return regrets[seeds / 2];
}

Outcome branin(const std::vector<double>& x) {
  constexpr double kPi = std::numbers::pi;
  const double valley = x[1] - 5.1 / (4 * kPi * kPi) * x[0] * x[0] + 5 / kPi * x[0] - 6;
  return {{valley * valley + 10 * (1 - 1 / (8 * kPi)) * std::cos(x[0]) + 10}};
}

constexpr const char* kBraninSpace = R"({"parameters": [{"name": "x", "type": "float", "low": -5, "high": 10},
                                                        {"name": "y", "type": "float", "low": 0, "high": 15}]})";

TEST(Regression, Branin) {
  EXPECT_LT(median_regret(kBraninSpace, branin, 0.39788735773, 40, 5), 1e-3);
}

TEST(Regression, BraninWithEightWorkers) {
  EXPECT_LT(median_regret(kBraninSpace, branin, 0.39788735773, 60, 5, 8), 1e-3);
}

// Dixon & Szegő 1978.
Outcome hartmann6(const std::vector<double>& x) {
  constexpr std::array kHeight{1.0, 1.2, 3.0, 3.2};
  constexpr double kWidth[4][6] = {
      {10, 3, 17, 3.5, 1.7, 8}, {0.05, 10, 17, 0.1, 8, 14}, {3, 3.5, 1.7, 10, 17, 8}, {17, 8, 0.05, 10, 0.1, 14}};
  constexpr double kCentre[4][6] = {{0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
                                    {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
                                    {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
                                    {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}};
  double sum = 0;
  for (std::size_t i = 0; i < kHeight.size(); ++i) {
    double squared = 0;
    for (std::size_t j = 0; j < 6; ++j) squared += kWidth[i][j] * std::pow(x[j] - kCentre[i][j], 2);
    sum -= kHeight[i] * std::exp(-squared);
  }
  return {{sum}};
}

TEST(Regression, HartmannInSixDimensions) {
  EXPECT_LT(median_regret(box_space(6, 0, 1), hartmann6, -3.32236801142, 100, 3), 1e-2);
}

// The best value that was seen under noise is a lucky one. Where both choose the same trial, neither is worse. Measured
// with this noise: better 19 times, worse 7 times; with half and twice the noise and 25 or 40 trials better in two of
// three of the seeds where they differ.
TEST(Regression, RecommendsWhatIsBetterThanTheBestValueSeenUnderNoise) {
  constexpr std::uint64_t kSeeds = 50;
  constexpr double kNoise = 10;
  std::size_t better = 0;
  std::size_t worse = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    OptimizationStudy study(kBraninSpace, {{false}, 0, {}, {}}, seed);
    strategies::bayes::RandomStream noise(seed);
    study.run([&](const auto& x) { return Outcome{{branin(x).values[0] + kNoise * noise.normal()}}; }, 25);
    const auto true_value = [&](std::size_t trial) { return branin(study.trials()[trial].configuration).values[0]; };
    const auto seen = std::min_element(study.trials().begin(), study.trials().end(),
                                       [](const auto& a, const auto& b) { return a.values[0] < b.values[0]; });
    const auto best_seen = static_cast<std::size_t>(seen - study.trials().begin());
    const auto model = nlohmann::json::parse(study.strategy().describe_model());
    const auto recommended = model.at("recommended").at("trial").get<std::size_t>();
    if (true_value(recommended) < true_value(best_seen)) ++better;
    if (true_value(recommended) > true_value(best_seen)) ++worse;
  }

  EXPECT_LE(static_cast<double>(worse), 0.3 * kSeeds);
  EXPECT_GT(better, worse);
}

TEST(Regression, RosenbrockInFourDimensions) {
  const Objective rosenbrock = [](const std::vector<double>& x) {
    double sum = 0;
    for (std::size_t i = 0; i + 1 < x.size(); ++i)
      sum += 100 * std::pow(x[i + 1] - x[i] * x[i], 2) + std::pow(1 - x[i], 2);
    return Outcome{{sum}};
  };
  EXPECT_LT(median_regret(box_space(4, -5, 10), rosenbrock, 0, 80, 3), 10);
}

// A kernel, log-scaled strengths, and children that only some kernels have.
TEST(Regression, ConditionalSpace) {
  constexpr const char* kSpace = R"({"parameters": [
    {"name": "kernel", "type": "categorical", "choices": ["linear", "rbf", "poly"]},
    {"name": "C", "type": "float", "low": 0.001, "high": 1000, "log": true},
    {"name": "gamma", "type": "float", "low": 0.0001, "high": 10, "log": true, "when": {"kernel": ["rbf", "poly"]}},
    {"name": "degree", "type": "int", "low": 2, "high": 6, "when": {"kernel": "poly"}}]})";
  const Objective error = [](const std::vector<double>& x) {
    const double c = std::log10(x[1]);
    if (x[0] == 0) return Outcome{{0.12 + 0.01 * c * c}};
    const double hill = 0.02 * std::pow(c - 1, 2) + 0.03 * std::pow(std::log10(x[2]) + 1.5, 2);
    return Outcome{{x[0] == 1 ? hill : 0.03 + hill + 0.01 * std::pow(x[3] - 3, 2)}};
  };
  EXPECT_LT(median_regret(kSpace, error, 0, 50, 5), 1e-3);
}

constexpr double kFails = std::numeric_limits<double>::quiet_NaN();

// The least sum is in the corner (1, 0), and half of the square fails.
TEST(Regression, FindsAnOptimumOnTheBorderOfWhatFails) {
  const Objective cliff = [](const std::vector<double>& x) {
    return Outcome{{x[0] + x[1] < 1 ? kFails : x[0] + 1.3 * x[1]}};
  };
  EXPECT_LT(median_regret(box_space(2, 0, 1), cliff, 1, 60, 7), 0.03);
}

TEST(Regression, FindsHowMuchMemoryThereIs) {
  const Objective size = [](const std::vector<double>& x) {
    const double sum = std::accumulate(x.begin(), x.end(), 0.0);
    return Outcome{{sum > 1.7 ? kFails : -sum}};
  };
  EXPECT_LT(median_regret(box_space(4, 0, 1), size, -1.7, 60, 7), 0.02);
}

TEST(Regression, OneAbsurdValueDoesNotBlindTheModel) {
  for (const double absurd : {1e16, 1e30, 1e300}) {
    std::size_t told = 0;
    const Objective bowl = [&](const std::vector<double>& x) {
      double sum = 0;
      for (const double each : x) sum += std::pow(each - 0.37, 2);
      return Outcome{{told++ % 50 == 2 ? absurd : sum}};
    };
    EXPECT_LT(median_regret(box_space(3, 0, 1), bowl, 0, 50, 5), 1e-4) << absurd;
  }
}

// The point (0, 1) is better than all that chance finds, in both objectives.
TEST(Regression, AFrontGrowsFromOnePoint) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    OptimizationStudy study(box_space(5, 0, 1), {{false, false}, 0, {}, {}}, seed);
    study.run(
        [](const std::vector<double>& x) {
          return Outcome{{x[0], 1 - 0.8 * x[0] + 1.25 * (x[1] + x[2] + x[3] + x[4])}};
        },
        80);

    const auto on_front = std::ranges::count_if(study.trials(), [](const StudyTrial& trial) {
      const auto& x = trial.configuration;
      return x[0] > 0.1 && std::max({x[1], x[2], x[3], x[4]}) < 0.05;
    });
    EXPECT_GT(on_front, 8) << "seed " << seed;
  }
}

}  // namespace
}  // namespace tuner::test
