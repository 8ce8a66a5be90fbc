// Results of an earlier study: they help where the studies are alike, cost next to nothing where they are not, and are
// never taken for this study's own.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "plugins/strategies/common/hash.h"
#include "tests/plugins/strategies/bayes/optimization_study.h"

namespace tuner::test {
namespace {

constexpr std::size_t kImported = 40;
constexpr std::size_t kDimensions = 4;

// An ellipsoid around 0.37, the study's own; the earlier one had its minimum 0.03 further and another scale.
Outcome ellipsoid(const std::vector<double>& x, double shift, double scale) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += std::pow(10.0, static_cast<double>(i)) * std::pow(x[i] - shift, 2);
  return {{scale * sum}};
}

Outcome own(const std::vector<double>& x) {
  return ellipsoid(x, 0.37, 1);
}

// Imports the earlier objective at configurations that do not depend on it.
void import_all(OptimizationStudy& study, const Objective& earlier, std::uint64_t seed = 0) {
  for (std::uint64_t i = 0; i < kImported; ++i) {
    const std::vector<double> configuration = study.space().sample(99 + seed, i);
    study.import(configuration, earlier(configuration));
  }
}

Outcome related(const std::vector<double>& x) {
  return ellipsoid(x, 0.40, 1000);
}

Outcome unrelated(const std::vector<double>& x) {
  return {{static_cast<double>(strategies::hash(7, static_cast<std::uint64_t>(x[0] * 1e15)) >> 40)}};
}

double median_best(const Objective* earlier, std::size_t trials) {
  std::vector<double> best;
  for (std::uint64_t seed = 1; seed <= 9; ++seed) {
    OptimizationStudy study(box_space(kDimensions, 0, 1), {{false}, 0, {}, {}}, seed);
    if (earlier != nullptr) import_all(study, *earlier, seed);
    study.run(own, trials);
    best.push_back(study.best_value());
  }
  std::sort(best.begin(), best.end());
  return best[4];
}

nlohmann::json model_after(const Objective& earlier) {
  OptimizationStudy study(box_space(kDimensions, 0, 1));
  import_all(study, earlier);
  study.run(own, 20);
  return nlohmann::json::parse(study.strategy().describe_model());
}

TEST(EarlierStudy, HelpsWhereItIsLikeThisOne) {
  const Objective earlier = related;

  EXPECT_LT(median_best(&earlier, 6), 0.3 * median_best(nullptr, 6));
}

TEST(EarlierStudy, CostsLittleWhereItIsNotLikeThisOne) {
  const Objective earlier = unrelated;

  EXPECT_LT(median_best(&earlier, 25), 2 * median_best(nullptr, 25) + 1e-4);
}

TEST(EarlierStudy, HasAWeightThatIsLearnt) {
  const double alike = model_after(related)["weight_of_earlier_studies"];
  const double other = model_after(unrelated)["weight_of_earlier_studies"];

  EXPECT_GT(alike, 0.5);
  EXPECT_LT(other, 0.3);
}

TEST(EarlierStudy, ItsBestAreTriedFirst) {
  OptimizationStudy study(box_space(kDimensions, 0, 1));
  import_all(study, related);
  const auto worse = [](const StudyTrial& a, const StudyTrial& b) { return a.values[0] < b.values[0]; };
  const std::vector<double> best = std::ranges::min_element(study.trials(), worse)->configuration;

  const std::size_t first = study.take(1).at(0);

  EXPECT_EQ(study.trials()[first].configuration, best);
}

TEST(EarlierStudy, IsNeverRecommended) {
  OptimizationStudy study(box_space(kDimensions, 0, 1));
  import_all(study, [](const std::vector<double>& x) { return ellipsoid(x, 0.37, 1e-6); });
  study.run(own, 8);

  const auto model = nlohmann::json::parse(study.strategy().describe_model());

  EXPECT_GE(model["recommended"]["trial"].get<std::size_t>(), kImported);
  EXPECT_EQ(model["results"], 8);
  EXPECT_EQ(model["imported"], kImported);
}

TEST(EarlierStudy, ThatComesInTheMiddleIsLearntFrom) {
  OptimizationStudy study(box_space(kDimensions, 0, 1));
  study.run(own, 10);

  import_all(study, related);
  study.run(own, 10);

  EXPECT_EQ(nlohmann::json::parse(study.strategy().describe_model())["imported"], kImported);
}

TEST(EarlierStudy, GivesTheSameSuggestionsAgain) {
  const auto configurations = [] {
    OptimizationStudy study(box_space(kDimensions, 0, 1));
    import_all(study, related);
    study.run(own, 12, 3);
    return testing::PrintToString([&] {
      std::vector<std::vector<double>> all;
      for (const StudyTrial& trial : study.trials()) all.push_back(trial.configuration);
      return all;
    }());
  };

  EXPECT_EQ(configurations(), configurations());
}

}  // namespace
}  // namespace tuner::test
