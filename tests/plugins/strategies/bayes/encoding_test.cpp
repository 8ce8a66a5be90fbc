#include "plugins/strategies/bayes/encoding.h"

#include <gmock/gmock.h>

#include <cmath>

#include "core/space_view.h"
#include "plugins/strategies/bayes/random_stream.h"
#include "tests/plugins/strategies/bayes/plain_gaussian_process.h"

namespace tuner::strategies::bayes {
namespace {

using testing::DoubleEq;
using testing::DoubleNear;

constexpr const char* kMixed = R"({"parameters": [
  {"name": "eta", "type": "float", "low": 0.001, "high": 0.5, "log": true},
  {"name": "depth", "type": "int", "low": 2, "high": 12},
  {"name": "width", "type": "int", "low": 1, "high": 40, "log": true},
  {"name": "batch", "type": "ordinal", "choices": [16, 32, 64, 128]},
  {"name": "booster", "type": "categorical", "choices": ["tree", "dart", "linear"]},
  {"name": "drop", "type": "float", "low": 0, "high": 1, "when": {"booster": "dart"}},
  {"name": "warm", "type": "bool"},
  {"name": "fixed", "type": "int", "low": 3, "high": 3},
  {"name": "rate", "type": "float", "low": 0.1, "high": 0.9, "step": 0.1, "when": {"warm": true}}]})";

class AnEncoding : public testing::Test {
 protected:
  enum Parameter : std::size_t { kEta, kDepth, kWidth, kBatch, kBooster, kDrop, kWarm, kFixed, kRate };

  Point draw(std::uint64_t index) const {
    return encoding.from_configuration(plugin::Space(view.c_space()).sample(7, index));
  }
  double distance(const Point& a, const Point& b) const {
    return scaled_distance(a, b, encoding, std::vector<double>(encoding.size(), 1.0));
  }

  const SpaceView view{SearchSpace::from_json(kMixed, "space")};
  const Encoding encoding{plugin::Space(view.c_space())};
};

TEST_F(AnEncoding, GivesBackEveryValueOfEveryDiscreteParameter) {
  for (const Parameter parameter : {kDepth, kWidth, kBatch, kBooster, kWarm}) {
    const tuner_parameter& range = encoding.space()[parameter];
    for (double value = range.low; value <= range.high; ++value) {
      std::vector<double> configuration = draw(1).configuration;
      configuration[parameter] = value;
      encoding.space().make_canonical(configuration);
      const Point point = encoding.from_configuration(configuration);
      EXPECT_EQ(encoding.from_cube(point.cube).configuration[parameter], value) << range.name;
    }
  }
}

TEST_F(AnEncoding, IsTheSameFromTheCubeAsFromTheConfiguration) {
  for (std::uint64_t i = 0; i < 100; ++i) {
    const Point point = draw(i);
    const Point again = encoding.from_cube(point.cube);
    for (std::size_t e = 0; e < encoding.feature_count(); ++e)
      EXPECT_THAT(again.features[e], DoubleNear(point.features[e], 1e-12));
  }
}

TEST_F(AnEncoding, PutsAnyTwoChoicesOneApart) {
  std::vector<double> configuration = draw(1).configuration;
  std::vector<Point> points;
  for (const double choice : {0.0, 2.0}) {
    configuration[kBooster] = choice;
    configuration[kDrop] = std::nan("");
    points.push_back(encoding.from_configuration(configuration));
  }
  EXPECT_THAT(distance(points[0], points[1]), DoubleEq(1));
}

TEST_F(AnEncoding, SeesNoDifferenceInInactiveParameters) {
  std::vector<double> cube(encoding.size(), 0.1);  // booster = tree, warm = false
  const Point point = encoding.from_cube(cube);
  cube[kDrop] = 0.9;
  cube[kRate] = 0.7;

  EXPECT_EQ(distance(point, encoding.from_cube(cube)), 0);
  EXPECT_EQ(encoding.from_cube(cube).cube[kDrop], 0.9);  // kept for when it becomes active
}

TEST_F(AnEncoding, HasNoFeatureForWhatCannotVary) {
  EXPECT_TRUE(encoding[kFixed].is_fixed());
  EXPECT_EQ(encoding.feature_count(), 10U);
  EXPECT_EQ(encoding.varying_count(), 8U);
}

// The Cholesky factor of a covariance with next to no noise exists only where it is positive semidefinite.
TEST_F(AnEncoding, KeepsTheKernelPositiveSemidefinite) {
  std::vector<Point> points;
  for (std::uint64_t i = 0; i < 150; ++i) points.push_back(draw(i));
  const Hyperparameters hyperparameters{std::vector<double>(encoding.size(), 0.8), 1.0, 1e-10};
  TrainingSet data;
  for (const Point& point : points) data.add(point.features, 0.0);

  GaussianProcess process(encoding.owners(), hyperparameters);

  ASSERT_TRUE(process.condition(data));
  for (std::uint64_t i = 200; i < 250; ++i) EXPECT_GT(process.at(draw(i).features).variance, 0);
}

}  // namespace
}  // namespace tuner::strategies::bayes
