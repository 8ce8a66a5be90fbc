// Short runs on known functions: they fail when the engine gets worse by about half a decade. The thresholds are ten to
// the half times what was measured.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

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

}  // namespace
}  // namespace tuner::test
