#include "plugins/strategies/bayes/suggester.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "plugins/strategies/bayes/random_stream.h"
#include "tests/plugins/strategies/bayes/optimization_study.h"
#include "tests/plugins/strategies/strategy_study.h"

namespace tuner::test {
namespace {

using strategies::bayes::RandomStream;
using testing::HasSubstr;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

constexpr const char* kMixed = R"({"parameters": [
  {"name": "eta", "type": "float", "low": 0.001, "high": 0.5, "log": true},
  {"name": "depth", "type": "int", "low": 2, "high": 40, "log": true},
  {"name": "booster", "type": "categorical", "choices": ["tree", "dart", "linear"]},
  {"name": "drop", "type": "float", "low": 0, "high": 1, "when": {"booster": "dart"}},
  {"name": "skip", "type": "float", "low": 0.1, "high": 0.9, "step": 0.1, "when": {"drop": {"low": 0.5}}},
  {"name": "warm", "type": "bool"},
  {"name": "batch", "type": "ordinal", "choices": [16, 32, 64, 128]}],
  "forbidden": [{"booster": "linear", "depth": {"low": 20}}]})";

constexpr const char* kGrid = R"({"parameters": [{"name": "a", "type": "int", "low": 1, "high": 3},
                                                 {"name": "b", "type": "categorical", "choices": [1, 2, 3, 4]}]})";

Outcome bowl(const std::vector<double>& x) {
  double sum = 0;
  for (const double coordinate : x)
    if (!std::isnan(coordinate)) sum += std::pow(coordinate - 0.3, 2);
  return {{sum}};
}

std::set<std::vector<double>> distinct(const OptimizationStudy& study) {
  std::set<std::vector<double>> configurations;
  for (StudyTrial trial : study.trials()) {
    for (double& value : trial.configuration)
      if (std::isnan(value)) value = -1e9;
    configurations.insert(trial.configuration);
  }
  return configurations;
}

std::vector<std::string> texts(const OptimizationStudy& study) {
  std::vector<std::string> all;
  for (const StudyTrial& trial : study.trials()) all.push_back(testing::PrintToString(trial.configuration));
  return all;
}

// ---- any space, any data ----

TEST(Suggester, StaysInAMixedConditionalSpaceAndNeverRepeats) {
  OptimizationStudy study(kMixed);

  study.run(bowl, 60);
  study.run(bowl, 40, 8);

  EXPECT_EQ(distinct(study).size(), study.trials().size());
}

TEST(Suggester, TakesEachConfigurationOfAFiniteSpaceOnceAndThenSaysExhausted) {
  OptimizationStudy study(kGrid);

  study.run(bowl, 100);

  EXPECT_EQ(study.trials().size(), 12U);
  EXPECT_EQ(distinct(study).size(), 12U);
  EXPECT_TRUE(study.exhausted());
}

TEST(Suggester, ExhaustsAFiniteSpaceInOneAsk) {
  OptimizationStudy study(kGrid);
  study.run(bowl, 6);

  study.take(100);

  EXPECT_EQ(distinct(study).size(), 12U);
  EXPECT_TRUE(study.exhausted());
}

class WithOddValues : public testing::TestWithParam<std::vector<double>> {};

TEST_P(WithOddValues, GoesOn) {
  OptimizationStudy study(kMixed);
  const std::vector<double>& values = GetParam();
  std::size_t next = 0;

  study.run([&](const auto&) { return Outcome{{values[next++ % values.size()]}}; }, 25);
  study.run([&](const auto&) { return Outcome{{values[next++ % values.size()]}}; }, 10, 4);

  EXPECT_EQ(distinct(study).size(), study.trials().size());
  EXPECT_TRUE(nlohmann::json::accept(study.strategy().describe_model()));
}

INSTANTIATE_TEST_SUITE_P(Values, WithOddValues,
                         testing::Values(std::vector<double>{5}, std::vector<double>{kNaN},
                                         std::vector<double>{1, kNaN, kNaN, kNaN}, std::vector<double>{1e300, -1e300},
                                         std::vector<double>{1e300, 1, 2, 3}, std::vector<double>{1.7e308, -1.7e308, 0},
                                         std::vector<double>{0, 1e-320}, std::vector<double>{0, 0, 0, 0, 1},
                                         std::vector<double>{1e15, 1e15 + 1, 1e15 + 2}));

TEST(Suggester, WorksInASpaceOfOneParameterAndInOneOfHundreds) {
  OptimizationStudy small(box_space(1, 0, 1));
  OptimizationStudy large(box_space(300, 0, 1));

  small.run(bowl, 15);
  large.run(bowl, 30);

  EXPECT_LT(small.best_value(), 1e-4);
}

TEST(Suggester, WorksWhereNothingCanVary) {
  OptimizationStudy study(R"({"parameters": [{"name": "n", "type": "int", "low": 3, "high": 3}]})");

  study.run(bowl, 5);

  EXPECT_EQ(study.trials().size(), 1U);
  EXPECT_TRUE(study.exhausted());
}

// ---- initial design and pending trials ----

TEST(Suggester, BeginsWithTheDefaults) {
  OptimizationStudy study(R"({"parameters": [{"name": "x", "type": "float", "low": 0, "high": 1, "default": 0.2},
                                             {"name": "y", "type": "float", "low": 0, "high": 4}]})");

  study.take(1);

  EXPECT_THAT(study.trials()[0].configuration, testing::ElementsAre(0.2, 2));
}

TEST(Suggester, KeepsAwayFromPendingTrials) {
  OptimizationStudy study(box_space(2, 0, 1));
  study.run(bowl, 5);

  const std::vector<std::size_t> first = study.take(6);

  for (const std::size_t a : first)
    for (const std::size_t b : first) {
      if (a >= b) continue;
      const auto& x = study.trials()[a].configuration;
      const auto& y = study.trials()[b].configuration;
      EXPECT_GT(std::hypot(x[0] - y[0], x[1] - y[1]), 0.02);
    }
}

TEST(Suggester, GivesHundredsOfDistinctSuggestionsAtOnce) {
  OptimizationStudy study(kMixed);
  study.run(bowl, 30);

  study.take(400);

  EXPECT_EQ(study.trials().size(), 430U);
  EXPECT_EQ(distinct(study).size(), 430U);
}

std::size_t sampled(const OptimizationStudy& study) {
  return static_cast<std::size_t>(std::count_if(study.trials().begin(), study.trials().end(), [](const auto& trial) {
    return trial.note.find("posterior sample") != std::string::npos;
  }));
}

TEST(Suggester, MinimizesSamplesOfThePosteriorWhereVeryManyTrialsArePending) {
  OptimizationStudy study(box_space(2, 0, 1));
  study.run(bowl, 30, 8);
  EXPECT_EQ(sampled(study), 0U);

  study.take(231);

  // One in five of the 200 after the 31st: 40 with a standard deviation of 5.7.
  EXPECT_GT(sampled(study), 20U);
  EXPECT_LT(sampled(study), 60U);
}

TEST(Suggester, SamplesEachOfTwoObjectives) {
  OptimizationStudy study(box_space(2, 0, 1), {{false, false}, 1, {}, {}});
  study.run([](const auto& x) { return Outcome{{x[0], 1 - x[0] * x[1]}, {x[1] - 0.8}}; }, 20);

  study.take(100);

  EXPECT_GT(sampled(study), 0U);
  EXPECT_EQ(distinct(study).size(), 120U);
}

// ---- a function of the calls ----

TEST(Suggester, IsAFunctionOfTheCalls) {
  OptimizationStudy one(kMixed);
  OptimizationStudy two(kMixed);
  for (OptimizationStudy* study : {&one, &two}) {
    study->run(bowl, 20);
    study->look_ahead(3);
    study->run(bowl, 15, 4);
    study->take(60);
    study->restart();
    study->run(bowl, 5);
  }

  EXPECT_EQ(texts(one), texts(two));
}

TEST(Suggester, GivesOtherTrialsForAnotherSeed) {
  OptimizationStudy one(box_space(2, 0, 1), {{false}, 0, {}, {}}, 1);
  OptimizationStudy two(box_space(2, 0, 1), {{false}, 0, {}, {}}, 2);
  one.run(bowl, 5);
  two.run(bowl, 5);

  EXPECT_NE(texts(one), texts(two));
}

TEST(Suggester, IsAsGoodAfterRestarts) {
  OptimizationStudy study(box_space(3, 0, 1));

  for (int i = 0; i < 8; ++i) {
    study.run(bowl, 5);
    study.restart();
  }

  EXPECT_LT(study.best_value(), 1e-5);
}

// ---- what is searched ----

TEST(Suggester, Maximizes) {
  OptimizationStudy study(box_space(2, 0, 1), {{true}, 0, {}, {}});

  study.run([](const auto& x) { return Outcome{{-bowl(x).values[0]}}; }, 25);

  double best = -1e9;
  for (const StudyTrial& trial : study.trials()) best = std::max(best, trial.values[0]);
  EXPECT_GT(best, -1e-4);
}

TEST(Suggester, LearnsWhereTrialsFail) {
  OptimizationStudy study(box_space(2, 0, 1));

  study.run([](const auto& x) { return x[0] + x[1] > 0.8 ? Outcome{{kNaN}} : Outcome{{-x[0] - 0.5 * x[1]}}; }, 60);

  EXPECT_LT(study.failures(), 33U);  // 41 at random; the best point lies on the border
  EXPECT_LT(study.best_value(), -0.75);
}

TEST(Suggester, MeetsConstraints) {
  OptimizationStudy study(box_space(2, 0, 1), {{false}, 1, {}, {}});

  study.run([](const auto& x) { return Outcome{{x[0] + x[1]}, {1 - x[0] * x[0] - x[1] * x[1] - 0.5 * x[0]}}; }, 50);

  // The least sum on the curve x^2 + y^2 + x / 2 = 1 is at its end x = 0.78, y = 0.
  double best = 1e9;
  for (const StudyTrial& trial : study.trials())
    if (trial.constraints[0] <= 0) best = std::min(best, trial.values[0]);
  EXPECT_LT(best, 0.80);
}

TEST(Suggester, FindsTheFrontOfTwoObjectives) {
  OptimizationStudy study(box_space(2, 0, 1), {{false, false}, 0, {}, {}});

  study.run(
      [](const auto& x) {
        return Outcome{{x[0] * x[0] + x[1] * x[1], std::pow(x[0] - 1, 2) + std::pow(x[1] - 1, 2)}};
      },
      60);

  // Hypervolume against (2, 2); the front t -> (2 t^2, 2 (1 - t)^2) encloses 4 - 2/3 of 4.
  std::vector<std::pair<double, double>> points;
  for (const StudyTrial& trial : study.trials()) points.emplace_back(trial.values[0], trial.values[1]);
  std::sort(points.begin(), points.end());
  double volume = 0;
  double height = 2;
  for (const auto& [first, second] : points) {
    if (first >= 2 || second >= height) continue;
    volume += (2 - first) * (height - second);
    height = second;
  }
  EXPECT_GT(volume, 3.15);
}

// ---- what it says ----

TEST(Suggester, SaysWhyItChose) {
  OptimizationStudy study(box_space(2, 0, 1));
  study.run(bowl, 12);

  const auto design = nlohmann::json::parse(study.trials().front().note);
  const auto last = nlohmann::json::parse(study.trials().back().note);

  EXPECT_EQ(design.at("kind"), "initial design");
  EXPECT_THAT(last.at("kind").get<std::string>(), testing::AnyOf("explore", "exploit", "local"));
  EXPECT_NEAR(last.at("mean").get<double>(), study.trials().back().values[0], 0.2);
  EXPECT_GE(last.at("sd").get<double>(), 0);
  EXPECT_LT(last.at("nearest_trial").get<int>(), 11);
}

TEST(Suggester, DescribesAModelThatPredictsASmoothFunctionWell) {
  OptimizationStudy study(box_space(2, 0, 1));
  study.run(bowl, 30);

  const auto model = nlohmann::json::parse(study.strategy().describe_model());

  const auto& objective = model.at("objectives").at(0);
  EXPECT_EQ(model.at("rows"), 30);
  EXPECT_GT(objective.at("leave_one_out").at("rank_correlation").get<double>(), 0.9);
  EXPECT_GT(objective.at("leave_one_out").at("inside_2_sd").get<double>(), 0.8);
  EXPECT_GT(objective.at("length_scales").at("x0").get<double>(), 0);
}

TEST(Suggester, DescribesTheNoiseInUnitsOfTheObjective) {
  RandomStream random(3);
  OptimizationStudy study(box_space(2, 0, 1));
  study.run([&](const std::vector<double>& x) { return Outcome{{100 * bowl(x).values[0] + 2 * random.normal()}}; }, 60);

  const auto model = nlohmann::json::parse(study.strategy().describe_model());

  EXPECT_THAT(model.at("objectives").at(0).at("noise_sd_at_best").get<double>(),
              testing::AllOf(testing::Gt(1), testing::Lt(4)));
}

// ---- the shared library ----

TEST(Bayes, IsAStrategyThatUsesResults) {
  EXPECT_THAT(description_of("bayes"), HasSubstr("\"uses_results\": true"));
}

TEST(Bayes, SurvivesLookAheadAndRestartsThroughTheContract) {
  StrategyStudy study({"bayes", kMixed});

  for (int i = 0; i < 6; ++i) {
    study.look_ahead(3);
    study.take(5);
    study.finish(4);
    study.restart();
  }

  EXPECT_EQ(study.trials().size(), 30U);
  for (const auto& trial : study.trials()) EXPECT_EQ(study.space().violation(trial), std::nullopt);
}

}  // namespace
}  // namespace tuner::test
