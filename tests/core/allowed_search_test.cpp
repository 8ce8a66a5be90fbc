#include "core/allowed_search.h"

#include <gmock/gmock.h>

#include <set>

#include "core/configuration_text.h"
#include "core/error.h"

namespace tuner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

SearchSpace forbidding(const std::string& parameters, const std::string& forbidden) {
  return SearchSpace::from_json("{\"parameters\": [" + parameters + "], \"forbidden\": [" + forbidden + "]}", "space");
}

std::set<std::string> distinct_draws(const SearchSpace& space, int draws) {
  std::set<std::string> distinct;
  for (int i = 0; i < draws; ++i) {
    const std::vector<double> drawn = space.sample(5, static_cast<std::uint64_t>(i));
    EXPECT_EQ(space.violation(drawn), std::nullopt);
    distinct.insert(configuration_to_json(space, drawn));
  }
  return distinct;
}

std::string bools(int count) {
  std::string parameters;
  for (int i = 0; i < count; ++i)
    parameters += (i > 0 ? "," : "") + ("{\"name\": \"p" + std::to_string(i) + "\", \"type\": \"bool\"}");
  return parameters;
}

constexpr const char* kWideIntegers = R"({"name": "a", "type": "int", "low": 0, "high": 99999},
  {"name": "b", "type": "int", "low": 0, "high": 99999}, {"name": "c", "type": "int", "low": 0, "high": 99999})";

TEST(AllowedSearch, FindsBothOfTheTwoConfigurationsThatAreLeftOfTooManyToDraw) {
  const SearchSpace space = forbidding(kWideIntegers, R"({"a": {"low": 1}}, {"b": {"low": 1}}, {"c": {"low": 2}})");

  EXPECT_THAT(distinct_draws(space, 50), ElementsAre(R"({"a": 0, "b": 0, "c": 0})", R"({"a": 0, "b": 0, "c": 1})"));
}

TEST(AllowedSearch, DrawsManyValuesOfAThinStretchOfAFloat) {
  const SearchSpace space = forbidding(R"({"name": "x", "type": "float", "low": 0, "high": 1},
    {"name": "y", "type": "float", "low": 1e-6, "high": 1, "log": true})",
                                       R"({"x": {"low": 1e-9}}, {"y": {"high": 0.5}}, {"y": {"low": 0.500001}})");

  EXPECT_EQ(distinct_draws(space, 50).size(), 50U);
}

TEST(AllowedSearch, MeetsTheFewNumbersBetweenTwoBorders) {
  const SearchSpace space = forbidding(R"({"name": "x", "type": "float", "low": 0, "high": 2})",
                                       R"({"x": {"high": 1}}, {"x": {"low": 1.0000000000000007}})");

  EXPECT_FALSE(distinct_draws(space, 50).empty());
}

TEST(AllowedSearch, KeepsToTheStepsOfAFloat) {
  const SearchSpace space = forbidding(R"({"name": "x", "type": "float", "low": 0.1, "high": 1000, "step": 0.1},
    {"name": "y", "type": "float", "low": 0.1, "high": 1000, "step": 0.1})",
                                       R"({"x": {"high": 700}}, {"x": {"low": 700.3}}, {"y": {"low": 0.3}})");

  EXPECT_THAT(distinct_draws(space, 100), ElementsAre(R"({"x": 700.1, "y": 0.1})", R"({"x": 700.1, "y": 0.2})",
                                                      R"({"x": 700.2, "y": 0.1})", R"({"x": 700.2, "y": 0.2})"));
}

TEST(AllowedSearch, LeavesAParameterInactiveWhereAllItsValuesAreForbidden) {
  const SearchSpace space = forbidding(std::string(kWideIntegers) + R"(,
    {"name": "child", "type": "int", "low": 0, "high": 99999, "when": {"a": {"low": 1}}})",
                                       R"({"child": {"low": 0}}, {"b": {"low": 1}})");

  for (int i = 0; i < 20; ++i) EXPECT_EQ(space.sample(1, static_cast<std::uint64_t>(i))[space.index_of("a")], 0);
}

TEST(AllowedSearch, DrawsStretchesByTheirWidth) {
  const SearchSpace space = forbidding(std::string(kWideIntegers),
                                       R"({"a": {"low": 1}}, {"b": {"low": 1}}, {"c": {"low": 1, "high": 50000}})");
  int zeros = 0;
  for (int i = 0; i < 200; ++i) zeros += space.sample(3, static_cast<std::uint64_t>(i))[2] == 0 ? 1 : 0;

  EXPECT_LT(zeros, 3);  // expected are 200 / 50000; three or more have a probability of 1e-8
}

// Without jumping back over what does not matter the 28 parameters between would be tried in 2^28 ways.
TEST(AllowedSearch, SeesThatOnlyTheFirstOfManyParametersMatters) {
  std::string forbidden = R"({"p0": true, "p29": true}, {"p0": true, "p29": false}, {"p1": true}, {"p2": true})";
  for (int i = 3; i < 20; ++i) forbidden += ", {\"p" + std::to_string(i) + "\": true}";
  const SearchSpace space = forbidding(bools(30), forbidden);

  EXPECT_GT(distinct_draws(space, 20).size(), 10U);
}

TEST(AllowedSearch, ProvesThatNothingIsLeftOfManyCombinations) {
  std::string forbidden = R"({"p0": true, "p29": true}, {"p0": true, "p29": false}, {"p0": false})";
  for (int i = 1; i < 29; ++i) forbidden += ", {\"p" + std::to_string(i) + "\": true, \"p0\": false}";

  EXPECT_THAT([&] { forbidding(bools(30), forbidden); },
              ThrowsMessage<UserError>(HasSubstr("the forbidden combinations leave nothing. Remove or relax one.")));
}

TEST(AllowedSearch, GivesTheSameDrawsFromACopyOfTheSpace) {
  const SearchSpace space = forbidding(kWideIntegers, R"({"a": {"low": 100}}, {"b": {"low": 5}})");
  const SearchSpace copy = space;

  EXPECT_EQ(copy.sample(1, 7), space.sample(1, 7));
  EXPECT_EQ(SearchSpace::from_json(space.to_json(), "space").sample(1, 7), space.sample(1, 7));
}

}  // namespace
}  // namespace tuner
