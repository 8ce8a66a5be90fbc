#include "plugins/strategies/bayes/belief.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "core/space_view.h"
#include "tests/plugins/strategies/bayes/optimization_study.h"

namespace tuner::strategies::bayes {
namespace {

constexpr const char* kBelieved = R"({"parameters": [
  {"name": "eta", "type": "float", "low": 0.001, "high": 1, "log": true, "prior": {"mean": 0.1, "sd": 0.05}},
  {"name": "depth", "type": "int", "low": 1, "high": 21, "prior": {"mean": 6, "sd": 2}},
  {"name": "x", "type": "float", "low": 0, "high": 1}]})";

class ABelief : public testing::Test {
 protected:
  const SpaceView view{SearchSpace::from_json(kBelieved, "space")};
  const Encoding encoding{plugin::Space(view.c_space())};
  const Belief belief{plugin::Space(view.c_space())};
};

TEST_F(ABelief, IsLargestAtItsMeans) {
  EXPECT_EQ(belief.log_density(encoding.from_configuration(std::vector{0.1, 6.0, 0.3})), 0);
  EXPECT_DOUBLE_EQ(belief.log_density(encoding.from_configuration(std::vector{0.2, 4.0, 0.3})),
                   std::log(0.01 + 0.99 * std::exp(-2)) + std::log(0.01 + 0.99 * std::exp(-0.5)));
}

TEST_F(ABelief, HasTheSlopeOfItsDensity) {
  constexpr double kStep = 1e-6;
  for (const double u : {0.2, 0.5, 0.8}) {
    const auto density = [&](double at) {
      Point point = encoding.from_configuration(std::vector{0.1, 6.0, 0.5});
      point.configuration[0] = belief.value(0, at, 0);
      return belief.log_density(point);
    };
    EXPECT_NEAR(belief.slope(0, u), (density(u + kStep) - density(u - kStep)) / (2 * kStep),
                1e-4 * std::abs(belief.slope(0, u)) + 1e-6);
  }
  EXPECT_EQ(belief.slope(2, 0.5), 0);
}

TEST_F(ABelief, DrawsItsQuantilesWithinTheRange) {
  std::vector<double> cube{0.5, 0.5, 0.25};
  belief.draw(cube);
  EXPECT_NEAR(encoding.from_cube(cube).configuration[0], 0.1, 1e-9);
  EXPECT_EQ(encoding.from_cube(cube).configuration[1], 6);
  EXPECT_EQ(cube[2], 0.25);

  std::vector<double> least{0.0, 0.0, 0.0};
  belief.draw(least);
  EXPECT_GE(least[0], 0);
}

// The median over seeds of the best value after some trials, for a bowl around 0.9 in each of 6 parameters.
double median_best(const std::string& prior, std::size_t trials) {
  std::string parameters;
  for (int i = 0; i < 6; ++i)
    parameters += (i == 0 ? "" : ", ") + ("{\"name\": \"x" + std::to_string(i)) +
                  "\", \"type\": \"float\", \"low\": 0, \"high\": 1" + prior + "}";
  std::vector<double> best;
  for (std::uint64_t seed = 1; seed <= 7; ++seed) {
    test::OptimizationStudy study("{\"parameters\": [" + parameters + "]}", {{false}, 0, {}, {}}, seed);
    study.run(
        [](const std::vector<double>& x) {
          double sum = 0;
          for (const double coordinate : x) sum += std::pow(coordinate - 0.9, 2);
          return test::Outcome{{sum}};
        },
        trials);
    best.push_back(study.best_value());
  }
  std::sort(best.begin(), best.end());
  return best[3];
}

TEST(BeliefInAStudy, HelpsFromTheBeginningWhereItIsRight) {
  EXPECT_LT(median_best(R"(, "prior": {"mean": 0.9, "sd": 0.1})", 5), 0.3 * median_best("", 5));
}

TEST(BeliefInAStudy, IsOverruledByEvidenceWhereItIsWrong) {
  EXPECT_LT(median_best(R"(, "prior": {"mean": 0.3, "sd": 0.2})", 60), 0.02);
}

}  // namespace
}  // namespace tuner::strategies::bayes
