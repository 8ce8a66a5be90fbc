#include <gmock/gmock.h>

#include <algorithm>
#include <optional>

#include "core/configuration_text.h"
#include "core/error.h"
#include "core/random.h"
#include "tests/plugins/strategies/strategy_study.h"

namespace tuner::test {
namespace {

using testing::DoubleEq;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

std::vector<double> column(const Configurations& trials, std::size_t index) {
  std::vector<double> values;
  for (const auto& trial : trials) values.push_back(trial[index]);
  return values;
}

StrategyStudy grid_of(const std::string& parameters, const std::string& resolution) {
  return StrategyStudy({"grid", "{\"parameters\": [" + parameters + "]}", {{"resolution", resolution}}});
}

constexpr const char* kLinear = R"({"name": "x", "type": "float", "low": -1, "high": 1})";
constexpr const char* kLog = R"({"name": "eta", "type": "float", "low": 0.001, "high": 1, "log": true})";
constexpr const char* kFew = R"({"name": "depth", "type": "int", "low": 2, "high": 5})";
constexpr const char* kMany = R"({"name": "rounds", "type": "int", "low": 0, "high": 1000})";

TEST(Grid, SpacesFloatsEvenlyAndIncludesBothEnds) {
  StrategyStudy study = grid_of(kLinear, "5");

  study.take(10);

  EXPECT_THAT(column(study.trials(), 0), ElementsAre(-1.0, -0.5, 0.0, 0.5, 1.0));
}

TEST(Grid, SpacesLogScalesByEqualFactors) {
  StrategyStudy study = grid_of(kLog, "4");

  study.take(10);

  EXPECT_THAT(column(study.trials(), 0),
              ElementsAre(0.001, DoubleNear(0.01, 1e-15), DoubleNear(0.1, 1e-15), DoubleEq(1.0)));
}

TEST(Grid, TakesTheMiddleWhereOneValueIsWanted) {
  StrategyStudy study = grid_of(kLinear, "1");

  study.take(10);

  EXPECT_THAT(column(study.trials(), 0), ElementsAre(0.0));
}

TEST(Grid, TakesAllValuesOfSmallParametersAndSomeOfLargeOnes) {
  StrategyStudy small = grid_of(kFew, "2");
  StrategyStudy large = grid_of(kMany, "3");

  small.take(10);
  large.take(10);

  EXPECT_THAT(column(small.trials(), 0), ElementsAre(2, 3, 4, 5));
  EXPECT_THAT(column(large.trials(), 0), ElementsAre(0, 500, 1000));
}

TEST(Grid, GivesNamedParametersTheirOwnResolution) {
  StrategyStudy study = grid_of(std::string(kLinear) + "," + kFew + "," + kMany, "depth=2,x=3,*=4");

  study.take(100);

  EXPECT_EQ(study.trials().size(), 3U * 2 * 4);
}

TEST(Grid, CountsIntegersThatCoincideOnALogScaleOnce) {
  StrategyStudy study = grid_of(R"({"name": "width", "type": "int", "low": 1, "high": 100, "log": true})", "7");

  study.take(100);

  EXPECT_THAT(column(study.trials(), 0), ElementsAre(1, 2, 5, 10, 22, 46, 100));
}

TEST(Grid, KeepsToTheStepsOfAFloat) {
  StrategyStudy study = grid_of(R"({"name": "rate", "type": "float", "low": 0.1, "high": 0.9, "step": 0.1})", "rate=4");

  study.take(100);

  EXPECT_THAT(column(study.trials(), 0), ElementsAre(0.1, 0.4, 0.6, 0.9));
}

TEST(Grid, TurnsTheLastParameterFastest) {
  StrategyStudy study = grid_of(std::string(kFew) + R"(,{"name": "warm", "type": "bool"})", "10");

  study.take(4);

  EXPECT_THAT(study.trial_texts(), ElementsAre(R"({"depth": 2, "warm": false})", R"({"depth": 2, "warm": true})",
                                               R"({"depth": 3, "warm": false})", R"({"depth": 3, "warm": true})"));
}

TEST(Grid, SkipsTheValuesOfInactiveParameters) {
  StrategyStudy study = grid_of(
      R"({"name": "booster", "type": "categorical", "choices": ["tree", "dart"]},
         {"name": "drop", "type": "float", "low": 0, "high": 1, "when": {"booster": "dart"}})",
      "3");

  study.take(100);

  EXPECT_THAT(study.trial_texts(),
              ElementsAre(R"({"booster": "tree"})", R"({"booster": "dart", "drop": 0.0})",
                          R"({"booster": "dart", "drop": 0.5})", R"({"booster": "dart", "drop": 1.0})"));
}

TEST(Grid, StartsAtOnceWhereTheWholeGridIsBeyondCounting) {
  std::string parameters;
  for (int i = 0; i < 60; ++i)
    parameters += (i > 0 ? "," : "") + ("{\"name\": \"x" + std::to_string(i) + "\", \"type\": \"float\", ") +
                  "\"low\": 0, \"high\": 1}";
  StrategyStudy study = grid_of(parameters, "100000");

  study.take(3);

  EXPECT_EQ(study.trials().size(), 3U);
  EXPECT_EQ(study.trials()[2].back(), 2.0 / 99999);
}

TEST(Grid, StartsAtOnceWhereHalfOfEachParameterIsForbidden) {
  std::string parameters;
  std::string clauses;
  for (int i = 0; i < 12; ++i) {
    const std::string name = "\"p" + std::to_string(i) + "\"";
    parameters += (i > 0 ? "," : "") + ("{\"name\": " + name + R"(, "type": "float", "low": 0, "high": 1})");
    clauses += (i > 0 ? ",{" : "{") + name + (i < 11 ? R"(: {"low": 0, "high": 0.5}})" : R"(: {"low": 0.5}})");
  }
  StrategyStudy study(
      {"grid", "{\"parameters\": [" + parameters + "], \"forbidden\": [" + clauses + "]}", {{"resolution", "10"}}});

  study.take(20);

  EXPECT_EQ(study.trials().size(), 20U);
  for (const auto& trial : study.trials()) EXPECT_EQ(study.space().violation(trial), std::nullopt);
}

TEST(Grid, EndsWhereNoneOfItsValuesIsAllowed) {
  StrategyStudy study({"grid",
                       "{\"parameters\": [" + std::string(kMany) +
                           R"(], "forbidden": [{"rounds": {"high": 400}}, {"rounds": {"low": 600}}]})",
                       {{"resolution", "2"}}});

  study.take(3);

  EXPECT_TRUE(study.trials().empty());
  EXPECT_TRUE(study.exhausted());
}

// ---- compared with trying every combination ----

// Bools, a stepped float, an int, an ordinal and two conditional parameters, and up to eight clauses at random.
std::string space_with_random_clauses(std::uint64_t seed) {
  RandomStream stream(seed);
  const auto below = [&](int count) { return static_cast<int>(stream.uniform() * count); };
  const std::vector<std::vector<std::string>> conditions{
      {R"("a": true)", R"("a": false)"},
      {R"("b": true)", R"("b": false)"},
      {R"("x": {"low": 0.3})", R"("x": {"high": 0.3})", R"("x": {"low": 0.2, "high": 0.5})", R"("x": [0.1, 0.4, 0.6])"},
      {R"("n": {"low": 2})", R"("n": {"high": 1})", R"("n": 2)"},
      {R"("size": 16)", R"("size": [32, 64])"},
      {R"("child": {"low": 0})", R"("child": {"high": 1})", R"("child": 2)"},
      {R"("grandchild": true)", R"("grandchild": false)"}};
  std::string clauses;
  for (int clause = 1 + below(8); clause > 0; --clause) {
    std::string clause_text;
    for (const auto& of_one : conditions)
      if (below(3) == 0)
        clause_text += (clause_text.empty() ? "" : ", ") +
                       of_one[static_cast<std::size_t>(below(static_cast<int>(of_one.size())))];
    if (!clause_text.empty()) clauses += (clauses.empty() ? "{" : ", {") + clause_text + "}";
  }
  return R"({"parameters": [
    {"name": "a", "type": "bool"}, {"name": "b", "type": "bool"},
    {"name": "x", "type": "float", "low": 0.1, "high": 0.6, "step": 0.1},
    {"name": "n", "type": "int", "low": 0, "high": 3},
    {"name": "size", "type": "ordinal", "choices": [16, 32, 64]},
    {"name": "child", "type": "int", "low": 0, "high": 2, "when": {"a": true}},
    {"name": "grandchild", "type": "bool", "when": {"child": {"low": 1}, "n": {"low": 2}}}],
    "forbidden": [)" +
         clauses + "]}";
}

std::vector<std::string> all_allowed(const SearchSpace& space) {
  std::vector<std::string> texts;
  std::vector<std::uint64_t> digits(space.size());
  for (bool ended = false; !ended;) {
    std::vector<double> configuration(space.size());
    for (std::size_t i = 0; i < space.size(); ++i)
      configuration[i] = space.parameters()[i].low + static_cast<double>(digits[i]) * space.parameters()[i].step;
    space.make_canonical(configuration);
    const std::string text = configuration_to_json(space, configuration);
    if (space.contains(configuration) && std::find(texts.begin(), texts.end(), text) == texts.end())
      texts.push_back(text);
    std::size_t turning = space.size();
    while (turning > 0 && static_cast<double>(++digits[turning - 1]) == space.parameters()[turning - 1].cells())
      digits[--turning] = 0;
    ended = turning == 0;
  }
  return texts;
}

class GridAgainstTryingAll : public testing::TestWithParam<std::uint64_t> {};

TEST_P(GridAgainstTryingAll, GivesTheSameCombinationsInTheSameOrder) {
  const std::string text = space_with_random_clauses(GetParam());
  std::optional<SearchSpace> space;
  try {
    space = SearchSpace::from_json(text, "space");
  } catch (const UserError& nothing_left) {
    GTEST_SKIP() << nothing_left.what();
  }
  const std::vector<std::string> expected = all_allowed(*space);
  ASSERT_FALSE(expected.empty());

  StrategyStudy grid({"grid", text});
  grid.take_one_by_one(static_cast<std::uint32_t>(expected.size() / 2));
  grid.take(10'000);
  EXPECT_EQ(grid.trial_texts(), expected);

  for (const char* strategy : {"random", "sobol"}) {
    StrategyStudy study({strategy, text});
    study.take(10'000);
    EXPECT_THAT(study.trial_texts(), testing::UnorderedElementsAreArray(expected)) << strategy;
  }
}

INSTANTIATE_TEST_SUITE_P(RandomClauses, GridAgainstTryingAll, testing::Range<std::uint64_t>(0, 40));

struct Mistake {
  std::string resolution;
  std::string message;
};

class GridMistake : public testing::TestWithParam<Mistake> {};

TEST_P(GridMistake, IsOneClearMessage) {
  const std::string parameters = std::string(kLinear) + R"(,{"name": "warm", "type": "bool"})";

  EXPECT_THAT([&] { grid_of(parameters, GetParam().resolution); },
              ThrowsMessage<std::runtime_error>(HasSubstr(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    Resolution, GridMistake,
    testing::Values(Mistake{"y=3",
                            "names the parameter 'y', which the search space does not have. Known are: x, warm."},
                    Mistake{"warm=1", "'warm', which takes all its choices"}, Mistake{"x=0", "'0' is not a number"},
                    Mistake{"x=2.5", "'2.5' is not a number of values from 1 to 1000000"}, Mistake{"", "'' is not"},
                    Mistake{"x=3,", "'' is not"},
                    Mistake{"x=3,x=4", "'x=3,x=4' gives 'x' two numbers of values. Keep one"},
                    Mistake{"3,4", "'3,4' gives the parameters that are not named two numbers"},
                    Mistake{"3,*=4", "'3,*=4' gives the parameters that are not named two numbers"},
                    Mistake{"-3", "'-3' is not"}, Mistake{"9999999", "'9999999' is not"}));

}  // namespace
}  // namespace tuner::test
