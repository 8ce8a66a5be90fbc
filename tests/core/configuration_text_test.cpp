#include "core/configuration_text.h"

#include <gmock/gmock.h>

#include <cmath>

#include "core/error.h"

namespace tuner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

SearchSpace space() {
  return SearchSpace::from_json(R"({"parameters": [
    {"name": "eta", "type": "float", "low": -1, "high": 1, "default": 0.3},
    {"name": "depth", "type": "int", "low": -20, "high": 9007199254740, "step": 1, "default": 6},
    {"name": "kind", "type": "categorical", "choices": ["a", "b,c", "1", 1, null, "say \"x\""]},
    {"name": "warm", "type": "bool"},
    {"name": "child", "type": "float", "low": 0, "high": 1, "step": 0.1, "when": {"warm": true}}]})",
                                "space");
}

TEST(ConfigurationText, WritesTheActiveParametersAsJson) {
  EXPECT_EQ(configuration_to_json(space(), space().defaults()),
            R"({"eta": 0.3, "depth": 6, "kind": "a", "warm": false})");
}

TEST(ConfigurationText, WritesInactiveValuesAsNull) {
  EXPECT_EQ(value_to_json(space().parameters()[0], std::nan("")), "null");
}

TEST(ConfigurationText, ReadsBackTheSameDoubles) {
  const SearchSpace searched = space();
  for (std::uint64_t i = 0; i < 1000; ++i) {
    std::vector<double> configuration = searched.sample(1, i);
    if (i == 0) configuration[0] = -0.0;

    const std::string text = configuration_to_json(searched, configuration);
    const std::vector<double> back = configuration_from_json(searched, text, "test");

    ASSERT_EQ(configuration_to_json(searched, back), text);
    ASSERT_EQ(std::signbit(back[0]), std::signbit(configuration[0]));
    for (std::size_t p = 0; p < searched.size(); ++p)
      ASSERT_TRUE(back[p] == configuration[p] || (std::isnan(back[p]) && std::isnan(configuration[p])));
  }
}

TEST(ConfigurationText, TakesDefaultsForWhatIsMissing) {
  EXPECT_EQ(configuration_from_json(space(), "{}", "test")[1], 6);
  EXPECT_EQ(configuration_from_text(space(), "eta=0.5")[1], 6);
  EXPECT_EQ(configuration_from_text(space(), "")[0], 0.3);
}

TEST(ConfigurationText, ReadsAssignments) {
  const std::vector<double> configuration = configuration_from_text(space(), "eta=-1e-3,depth=7,warm=true,child=0.3");

  EXPECT_THAT(configuration, ElementsAre(-0.001, 7, 0, 1, 0.3));
}

TEST(ConfigurationText, ReadsChoicesAsWordsOrAsJson) {
  const auto kind = [](const std::string& text) { return configuration_from_text(space(), "kind=" + text)[2]; };

  EXPECT_EQ(kind("a"), 0);
  EXPECT_EQ(kind("\"a\""), 0);
  EXPECT_EQ(kind("\"b,c\""), 1);
  EXPECT_EQ(kind("\"1\""), 2);
  EXPECT_EQ(kind("1"), 3);
  EXPECT_EQ(kind("1.0"), 3);
  EXPECT_EQ(kind("null"), 4);
  EXPECT_EQ(kind("\"say \\\"x\\\"\""), 5);
}

TEST(ConfigurationText, TakesAValueThatMeansAGridValueUpToRounding) {
  EXPECT_EQ(configuration_from_json(space(), R"({"warm": true, "child": 0.30000000000000004})", "test")[4], 0.3);
}

struct Mistake {
  std::string text;
  std::string message;
};

class AssignmentMistake : public testing::TestWithParam<Mistake> {};

TEST_P(AssignmentMistake, IsOneClearMessage) {
  EXPECT_THAT([] { configuration_from_text(space(), GetParam().text); },
              ThrowsMessage<UserError>(HasSubstr(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    Texts, AssignmentMistake,
    testing::Values(Mistake{"eta", "'eta': 'eta' is not of the form name=value"},
                    Mistake{"eta=1,", "'' is not of the form name=value"},
                    Mistake{"eat=1", "'eat=1': there is no parameter 'eat'. Did you mean 'eta'?"},
                    Mistake{"eta=1,eta=1", "'eta' is given twice"}, Mistake{"eta=1x", "eta = '1x' is not a number"},
                    Mistake{"eta=2", "this configuration is not in the search space (eta = 2 is above 1)"},
                    Mistake{"depth=1.5", "depth = 1.5 is not a whole number"},
                    Mistake{"kind=d", "kind = \"d\" is not one of its choices. Known are: a, b,c, 1, 1, null"},
                    Mistake{"child=0.1", "'child' does not apply here (it needs warm = true). Leave it out"}));

class ObjectMistake : public testing::TestWithParam<Mistake> {};

TEST_P(ObjectMistake, IsOneClearMessageThatNamesTheSource) {
  EXPECT_THAT([] { configuration_from_json(space(), GetParam().text, "best.json"); },
              ThrowsMessage<UserError>(HasSubstr("best.json: " + GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(Texts, ObjectMistake,
                         testing::Values(Mistake{"[1]", "a configuration is a JSON object like {\"eta\": 0.3,"},
                                         Mistake{"{", "a configuration is a JSON object"},
                                         Mistake{R"({"eat": 1})", "there is no parameter 'eat'. Did you mean 'eta'?"},
                                         Mistake{R"({"eta": "1"})", "eta = \"1\" is not a number"},
                                         Mistake{R"({"eta": null})", "eta = null is not a number"},
                                         Mistake{R"({"warm": 1})", "warm = 1 is not one of its choices"},
                                         Mistake{R"({"child": 0.1})", "'child' does not apply here"}));

}  // namespace
}  // namespace tuner
