// What every strategy that does not look at results promises: the trials are a function of the seed and of the trials
// that there are, however they were asked for.
#include <gmock/gmock.h>

#include <set>

#include "tests/plugins/strategies/strategy_study.h"

namespace tuner::test {
namespace {

using testing::HasSubstr;

constexpr const char* kContinuous = R"({"parameters": [
  {"name": "eta", "type": "float", "low": 0.001, "high": 0.5, "log": true},
  {"name": "depth", "type": "int", "low": 2, "high": 12},
  {"name": "booster", "type": "categorical", "choices": ["tree", "dart"]},
  {"name": "drop", "type": "float", "low": 0, "high": 1, "when": {"booster": "dart"}}]})";

constexpr const char* kForbidding = R"({"parameters": [
  {"name": "x", "type": "float", "low": -1, "high": 1},
  {"name": "y", "type": "float", "low": -1, "high": 1}],
  "forbidden": [{"x": {"low": 0}, "y": {"low": 0}}]})";

// 3 * 4 + 3 * 8 * 4 - 4 = 104 configurations
constexpr const char* kFinite = R"({"parameters": [
  {"name": "layers", "type": "int", "low": 1, "high": 3},
  {"name": "optimizer", "type": "categorical", "choices": ["sgd", "adam"]},
  {"name": "width", "type": "int", "low": 3, "high": 10, "log": true, "when": {"optimizer": "adam"}},
  {"name": "rate", "type": "float", "low": 0.1, "high": 0.4, "step": 0.1}],
  "forbidden": [{"layers": 3, "optimizer": "sgd"}]})";
constexpr std::size_t kFiniteSize = 2 * 4 + 3 * 8 * 4;

// One part in 1e18 is allowed: no point of a sequence meets it.
constexpr const char* kThin = R"({"parameters": [
  {"name": "x", "type": "float", "low": 0, "high": 1},
  {"name": "y", "type": "float", "low": 0, "high": 1},
  {"name": "z", "type": "float", "low": 0, "high": 1}],
  "forbidden": [{"x": {"low": 1e-9}}, {"y": {"low": 1e-9}}]})";

struct Case {
  std::string label;
  StrategySetup setup;
};

std::vector<Case> cases() {
  const std::map<std::string, std::string> spaces{
      {"continuous", kContinuous}, {"forbidding", kForbidding}, {"finite", kFinite}, {"thin", kThin}};
  std::vector<Case> all;
  for (const auto& [label, space] : spaces) {
    all.push_back({"grid_" + label, {"grid", space, {{"resolution", "5"}}}});
    all.push_back({"random_" + label, {"random", space}});
    all.push_back({"sobol_" + label, {"sobol", space}});
  }
  const std::string file =
      temporary_file(R"([{"layers": 1}, {"layers": 2}, {"layers": 1}, {"rate": 0.2}, {"rate": 0.3}, {}])");
  all.push_back({"manual_finite", {"manual", kFinite, {{"file", file}}}});
  return all;
}

class AnyStrategy : public testing::TestWithParam<Case> {
 protected:
  static constexpr std::uint32_t kTrials = 60;

  static std::vector<std::string> uninterrupted() {
    StrategyStudy study(GetParam().setup);
    study.take(kTrials);
    return study.trial_texts();
  }
};

TEST_P(AnyStrategy, SuggestsConfigurationsOfTheSpace) {
  StrategyStudy study(GetParam().setup);

  study.take(kTrials);

  EXPECT_FALSE(study.trials().empty());
  for (const auto& trial : study.trials()) EXPECT_EQ(study.space().violation(trial), std::nullopt);
}

TEST_P(AnyStrategy, GivesTheSameTrialsOneByOne) {
  StrategyStudy study(GetParam().setup);

  study.take_one_by_one(kTrials);

  EXPECT_EQ(study.trial_texts(), uninterrupted());
}

TEST_P(AnyStrategy, GivesTheSameTrialsInBatchesWhoseResultsArriveLate) {
  StrategyStudy study(GetParam().setup);

  for (std::uint32_t batch = 1; study.trials().size() < kTrials && !study.exhausted(); ++batch) {
    study.take(std::min<std::uint32_t>(batch, kTrials - static_cast<std::uint32_t>(study.trials().size())));
    study.finish(batch / 2);
  }

  EXPECT_EQ(study.trial_texts(), uninterrupted());
}

TEST_P(AnyStrategy, GivesTheSameTrialsWhenAllIsToldBeforeTheNextAsk) {
  StrategyStudy study(GetParam().setup);

  for (std::uint32_t i = 0; i < kTrials; ++i) {
    study.take(1);
    study.finish_all();
  }

  EXPECT_EQ(study.trial_texts(), uninterrupted());
}

TEST_P(AnyStrategy, GivesTheSameTrialsAfterInterruptions) {
  StrategyStudy study(GetParam().setup);

  for (std::uint32_t i = 0; i < kTrials / 5; ++i) {
    study.take(5);
    study.finish(3);
    study.restart();
  }

  EXPECT_EQ(study.trial_texts(), uninterrupted());
}

TEST_P(AnyStrategy, GivesTheSameTrialsAfterLookingAheadInVain) {
  StrategyStudy study(GetParam().setup);

  for (std::uint32_t i = 0; i < kTrials / 5; ++i) {
    study.look_ahead(7);
    study.take(5);
    study.finish(4);
  }

  EXPECT_EQ(study.trial_texts(), uninterrupted());
}

TEST_P(AnyStrategy, SaysThatItDoesNotUseResults) {
  EXPECT_THAT(description_of(GetParam().setup.strategy), HasSubstr("\"uses_results\": false"));
}

INSTANTIATE_TEST_SUITE_P(Strategies, AnyStrategy, testing::ValuesIn(cases()),
                         [](const auto& test) { return test.param.label; });

// ---- finite spaces ----

class InFiniteSpace : public testing::TestWithParam<std::string> {
 protected:
  static std::set<std::string> distinct(const StrategyStudy& study) {
    const auto texts = study.trial_texts();
    return {texts.begin(), texts.end()};
  }
};

TEST_P(InFiniteSpace, TakesEachConfigurationOnceAndThenSaysExhausted) {
  StrategyStudy study({GetParam(), kFinite});

  study.take(1000);

  EXPECT_EQ(study.trials().size(), kFiniteSize);
  EXPECT_EQ(distinct(study).size(), kFiniteSize);
  EXPECT_TRUE(study.exhausted());
}

TEST_P(InFiniteSpace, StaysExhaustedAfterARestart) {
  StrategyStudy study({GetParam(), kFinite});
  study.take(1000);
  study.finish(50);

  study.restart();
  study.take(1);

  EXPECT_EQ(study.trials().size(), kFiniteSize);
  EXPECT_TRUE(study.exhausted());
}

TEST_P(InFiniteSpace, DoesNotRepeatWhatWasEnqueued) {
  StrategyStudy study({GetParam(), kFinite});
  study.enqueue("layers=1,optimizer=sgd,rate=0.1");
  study.enqueue("layers=2,optimizer=adam,width=7,rate=0.3");
  study.finish(1);

  study.take_one_by_one(200);

  EXPECT_EQ(study.trials().size(), kFiniteSize);
  EXPECT_EQ(distinct(study).size(), kFiniteSize);
}

TEST_P(InFiniteSpace, GivesTheSameOrderToTheEndHoweverItIsAsked) {
  StrategyStudy at_once({GetParam(), kFinite});
  at_once.take(1000);

  StrategyStudy interrupted({GetParam(), kFinite});
  for (std::uint32_t i = 0; !interrupted.exhausted(); ++i) {
    interrupted.look_ahead(i % 5 + 1);
    interrupted.take(i % 3 + 1);
    interrupted.finish(2);
    if (i % 4 == 0) interrupted.restart();
  }

  EXPECT_EQ(interrupted.trial_texts(), at_once.trial_texts());
}

TEST_P(InFiniteSpace, GoesOnWhereMostOfTheChanceIsUsedUp) {
  // 99 of 100 draws are one of 99 configurations; the other holds two million.
  std::string choices;
  for (int i = 0; i < 99; ++i) choices += std::to_string(i) + ", ";
  StrategyStudy study({GetParam(),
                       R"({"parameters": [
    {"name": "kind", "type": "categorical", "choices": [)" +
                           choices + R"("wide"]},
    {"name": "width", "type": "int", "low": 1, "high": 2000000, "when": {"kind": "wide"}}]})",
                       {{"resolution", "400"}}});

  study.take(200);
  study.take_one_by_one(100);

  EXPECT_EQ(distinct(study).size(), 300U);
  EXPECT_FALSE(study.exhausted());
}

TEST_P(InFiniteSpace, EndsWhereTwoOfAMillionBillionConfigurationsAreAllowed) {
  std::string parameters;
  for (const char* name : {"a", "b", "c"})
    parameters += std::string(parameters.empty() ? "" : ",") + "{\"name\": \"" + name +
                  "\", \"type\": \"int\", \"low\": 0, \"high\": 99999}";
  StrategyStudy study(
      {GetParam(), "{\"parameters\": [" + parameters +
                       R"(], "forbidden": [{"a": {"low": 1}}, {"b": {"low": 1}}, {"c": {"low": 2}}]})"});

  study.take(5);

  EXPECT_EQ(study.trials().size(), GetParam() == "grid" ? 1U : 2U);  // of ten values a parameter, one is allowed
  EXPECT_EQ(distinct(study).size(), study.trials().size());
  EXPECT_TRUE(study.exhausted());
}

std::string bools_forbidding(const std::string& clauses) {
  std::string parameters;
  for (int i = 0; i < 30; ++i)
    parameters += (i > 0 ? "," : "") + ("{\"name\": \"p" + std::to_string(i) + "\", \"type\": \"bool\"}");
  return "{\"parameters\": [" + parameters + "], \"forbidden\": [" + clauses + "]}";
}

TEST_P(InFiniteSpace, StartsAtOnceWherePairsForbidMostOfIt) {
  std::string clauses = R"({"p0": true, "p1": true}, {"p0": false, "p2": false})";
  for (int i = 3; i < 29; ++i)
    clauses += ", {\"p" + std::to_string(i) + "\": true, \"p" + std::to_string(i + 1) + "\": true}";
  StrategyStudy study({GetParam(), bools_forbidding(clauses)});

  study.take(100);

  EXPECT_EQ(distinct(study).size(), 100U);
}

TEST_P(InFiniteSpace, SeesThatTheLastOfManyParametersForbidsAValueOfTheFirst) {
  StrategyStudy study({GetParam(), bools_forbidding(R"({"p0": false, "p29": true}, {"p0": false, "p29": false})")});

  study.take(100);

  EXPECT_EQ(distinct(study).size(), 100U);
  for (const auto& trial : study.trials()) EXPECT_EQ(trial[0], 1);
}

INSTANTIATE_TEST_SUITE_P(Strategies, InFiniteSpace, testing::Values("grid", "random", "sobol"),
                         [](const auto& test) { return test.param; });

class SeededStrategy : public testing::TestWithParam<std::string> {};

TEST_P(SeededStrategy, GivesOtherTrialsForAnotherSeed) {
  StrategyStudy one({GetParam(), kContinuous, {}, 1});
  StrategyStudy two({GetParam(), kContinuous, {}, 2});

  one.take(10);
  two.take(10);

  EXPECT_NE(one.trials(), two.trials());
}

INSTANTIATE_TEST_SUITE_P(Strategies, SeededStrategy, testing::Values("random", "sobol"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace tuner::test
