#include "plugins/strategies/bayes/maximizer.h"

#include <gmock/gmock.h>

#include <cmath>

#include "core/space_view.h"
#include "tests/plugins/strategies/bayes/plain_gaussian_process.h"

namespace tuner::strategies::bayes {
namespace {

constexpr const char* kSpace = R"({"parameters": [
  {"name": "x", "type": "float", "low": 0, "high": 1},
  {"name": "y", "type": "float", "low": 0, "high": 1},
  {"name": "n", "type": "int", "low": 0, "high": 5},
  {"name": "kind", "type": "categorical", "choices": ["a", "b", "c"]},
  {"name": "extra", "type": "float", "low": 0, "high": 1, "when": {"kind": "c"}}],
  "forbidden": [{"x": {"low": 0.9}, "y": {"low": 0.9}}]})";

class AMaximizer : public testing::Test {
 protected:
  AMaximizer() {
    TrainingSet data;
    TrainingSet constraint;
    for (std::uint64_t i = 0; i < 30; ++i) points.push_back(draw(i));
    for (const Point& point : points) {
      double value =
          std::pow(point.cube[0] - 0.7, 2) + std::pow(point.cube[1] - 0.2, 2) + 0.02 * point.configuration[2];
      if (point.configuration[3] == 1) value -= 0.5;
      data.add(point.features, value);
      constraint.add(point.features, point.cube[0] - 0.6);
    }
    const Hyperparameters hyperparameters{std::vector<double>(encoding.size(), 0.8), 1.0, 1e-4};
    for (const TrainingSet& set : {data, constraint}) {
      processes.emplace_back(encoding.owners(), hyperparameters);
      EXPECT_TRUE(processes.back().condition(set));
    }
  }

  Point draw(std::uint64_t index) const {
    return encoding.from_configuration(plugin::Space(view.c_space()).sample(3, index));
  }
  Acquisition of_a_sample() const {
    RandomStream random(5);
    Acquisition sampling{.criterion = Criterion::posterior_sample, .kappa = 0, .constraints = 1};
    sampling.samples.emplace_back(processes[0], random);
    return sampling;
  }
  Maximizer maximizer(std::function<bool(const Point&)> is_taken) {
    return {encoding, processes, acquisition, Box::whole(encoding.size()), std::move(is_taken)};
  }
  CandidateSource source() {
    return {encoding, {&points[0], &points[1]}, processes[0].hyperparameters().length_scale, RandomStream(4)};
  }

  const SpaceView view{SearchSpace::from_json(kSpace, "space")};
  const Encoding encoding{plugin::Space(view.c_space())};
  std::vector<Point> points;
  std::vector<GaussianProcess> processes;
  const Acquisition acquisition{.incumbent = -0.4, .constraints = 1};
};

TEST_F(AMaximizer, HasTheGradientThatItSays) {
  const std::vector<double> features = draw(100).features;
  for (const Acquisition& each : {acquisition, of_a_sample()}) {
    Maximizer searcher(encoding, processes, each, Box::whole(encoding.size()), [](const Point&) { return false; });
    const auto score = [&](const std::vector<double>& at) {
      std::vector<double> unused(at.size());
      return searcher.gradient(at, unused);
    };

    std::vector<double> gradient(features.size());
    searcher.gradient(features, gradient);

    for (std::size_t e = 0; e < features.size(); ++e)
      EXPECT_NEAR(gradient[e], test::central_difference(score, features, e), 1e-5 * (1 + std::abs(gradient[e]))) << e;
  }
}

TEST_F(AMaximizer, ClimbsOnASampleToWhereItIsLeast) {
  const Acquisition sampling = of_a_sample();
  Maximizer searcher(encoding, processes, sampling, Box::whole(encoding.size()), [](const Point&) { return false; });
  CandidateSource candidates = source();
  Pool pool(candidates.over_the_space(50), processes);
  const std::vector<double> scores = pool.scores(sampling);

  const auto found = searcher.best(pool, candidates, {});

  ASSERT_TRUE(found);
  EXPECT_GT(found->score, *std::max_element(scores.begin(), scores.end()));
  EXPECT_NEAR(found->score, searcher.score(found->point), 1e-9);
}

TEST_F(AMaximizer, ClimbsHigherThanItsCandidates) {
  Maximizer searcher = maximizer([](const Point&) { return false; });
  CandidateSource candidates = source();
  Pool pool(candidates.over_the_space(50), processes);
  const std::vector<double> scores = pool.scores(acquisition);

  const auto found = searcher.best(pool, candidates, {});

  ASSERT_TRUE(found);
  EXPECT_GT(found->score, *std::max_element(scores.begin(), scores.end()));
  EXPECT_NEAR(found->score, searcher.score(found->point), 1e-9);
  EXPECT_EQ(view.space().violation(found->point.configuration), std::nullopt);
}

TEST_F(AMaximizer, NeverGivesWhatIsTaken) {
  Maximizer searcher = maximizer([](const Point& point) { return point.configuration[3] == 1; });
  CandidateSource candidates = source();
  Pool pool(candidates.over_the_space(50), processes);

  const auto found = searcher.best(pool, candidates, {});

  ASSERT_TRUE(found);
  EXPECT_NE(found->point.configuration[3], 1);
}

TEST_F(AMaximizer, GivesNothingWhereAllIsTaken) {
  Maximizer searcher = maximizer([](const Point&) { return true; });
  CandidateSource candidates = source();
  Pool pool(candidates.over_the_space(50), processes);

  EXPECT_FALSE(searcher.best(pool, candidates, {}));
}

TEST_F(AMaximizer, MovesToAllNeighboursOrToSome) {
  const Point point = encoding.from_cube(std::vector<double>{0.5, 0.5, 0.4, 0.1, 0.5});  // n = 2, kind = a
  CandidateSource candidates = source();

  // n to 1, 3, 0, 4 (not 6), kind to b and c.
  EXPECT_EQ(candidates.neighbours(point, Box::whole(5), 100).size(), 6U);
  EXPECT_EQ(candidates.neighbours(point, Box::whole(5), 4).size(), 4U);
}

TEST_F(AMaximizer, DrawsInItsBox) {
  Box box = Box::whole(5);
  box.lower[0] = 0.2;
  box.upper[0] = 0.3;
  points[0].cube[0] = 0.25;
  CandidateSource candidates = source();

  for (const Point& point : candidates.in_box(box, 100)) {
    EXPECT_GE(point.cube[0], 0.2 - 1e-12);
    EXPECT_LE(point.cube[0], 0.3 + 1e-12);
  }
}

}  // namespace
}  // namespace tuner::strategies::bayes
