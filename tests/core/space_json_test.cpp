#include <gmock/gmock.h>

#include "core/error.h"
#include "core/search_space.h"

namespace tuner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

SearchSpace read(const std::string& text) {
  return SearchSpace::from_json(text, "space.json");
}

// One parameter or more on lines 2, 3, ...
std::string with_parameters(const std::string& parameters) {
  return "{\"parameters\": [\n" + parameters + "]}";
}

constexpr const char* kAllForms = R"({"parameters": [
  {"name": "eta", "type": "float", "low": 0.001, "high": 0.5, "log": true, "default": 0.3},
  {"name": "max_depth", "type": "int", "low": 2, "high": 12, "step": 1},
  {"name": "booster", "type": "categorical", "choices": ["gbtree", "dart", 1, true, null]},
  {"name": "batch", "type": "ordinal", "choices": [16, 32, 64, 128], "default": 32},
  {"name": "warm", "type": "bool", "default": true},
  {"name": "drop", "type": "float", "low": 0.0, "high": 1.0, "step": 0.25, "when": {"booster": ["dart", null]}},
  {"name": "width", "type": "int", "low": 4, "high": 512, "log": true, "when": {"max_depth": {"low": 3}, "warm": true}},
  {"name": "order", "type": "bool", "when": {"batch": {"low": 32, "high": 64}}}],
  "forbidden": [{"booster": "dart", "max_depth": {"low": 11}}, {"batch": 16, "warm": [false]}]})";

TEST(SpaceJson, ReadsEveryForm) {
  const SearchSpace space = read(kAllForms);
  const auto& parameters = space.parameters();

  ASSERT_EQ(space.size(), 8U);
  EXPECT_TRUE(parameters[0].log);
  EXPECT_EQ(parameters[0].default_value, 0.3);
  EXPECT_EQ(parameters[1].type, ParameterType::integer);
  EXPECT_THAT(parameters[2].choices, ElementsAre("\"gbtree\"", "\"dart\"", "1", "true", "null"));
  EXPECT_EQ(parameters[3].default_value, 1);
  EXPECT_THAT(parameters[4].choices, ElementsAre("false", "true"));
  EXPECT_THAT(parameters[5].conditions.at(0).values, ElementsAre(1, 4));
  EXPECT_EQ(parameters[6].conditions.size(), 2U);
  EXPECT_EQ(parameters[6].conditions[0].low, 3);
  EXPECT_EQ(parameters[6].conditions[0].high, 12);
  EXPECT_THAT(parameters[7].conditions.at(0).values, ElementsAre(1, 2));
  EXPECT_EQ(space.forbidden().size(), 2U);
}

TEST(SpaceJson, WritesTheSameSpaceThatItReads) {
  const std::string text = read(kAllForms).to_json();

  EXPECT_EQ(read(text).to_json(), text);
  EXPECT_THAT(text, HasSubstr(R"({"name":"batch","type":"ordinal","choices":[16,32,64,128],"default":32})"));
  EXPECT_THAT(text, HasSubstr(R"("forbidden": [{"booster":["dart"],"max_depth":{"low":11,"high":12}})"));
}

TEST(SpaceJson, KeepsEveryBitOfABound) {
  const SearchSpace space =
      read(with_parameters(R"({"name": "x", "type": "float", "low": 0.30000000000000004, "high": 1e300})"));

  EXPECT_EQ(read(space.to_json()).parameters()[0].low, 0.30000000000000004);
  EXPECT_EQ(read(space.to_json()).parameters()[0].high, 1e300);
}

TEST(SpaceJson, RoundsHighDownToTheLastStep) {
  const SearchSpace space =
      read(with_parameters(R"({"name": "x", "type": "float", "low": 0.1, "high": 0.75, "step": 0.1},
                              {"name": "n", "type": "int", "low": 1, "high": 10, "step": 4})"));

  EXPECT_EQ(space.parameters()[0].high, 0.7);
  EXPECT_EQ(space.parameters()[1].high, 9);
}

TEST(SpaceJson, TakesABoundThatIsNoShortDecimalAsItIs) {
  for (const char* high : {"0.30000000000000004", "0.9"}) {
    const SearchSpace space =
        read(with_parameters(R"({"name": "x", "type": "float", "low": 0.30000000000000004, "step": 0.1, "high": )" +
                             std::string(high) + "}"));

    EXPECT_EQ(space.from_unit(std::vector{0.0})[0], 0.30000000000000004);
    EXPECT_TRUE(space.contains(space.from_unit(std::vector{1.0})));
  }
}

TEST(SpaceJson, AllowsParametersOfOneValue) {
  const SearchSpace space =
      read(with_parameters(R"({"name": "x", "type": "float", "low": 0.5, "high": 0.5, "step": 0.1},
                              {"name": "n", "type": "int", "low": 3, "high": 3},
                              {"name": "c", "type": "categorical", "choices": ["only"]},
                              {"name": "b", "type": "bool", "choices": [true]})"));

  EXPECT_EQ(space.cells(), 1);
  EXPECT_THAT(space.sample(1, 1), ElementsAre(0.5, 3, 0, 1));
}

TEST(SpaceJson, KeepsWhatSomebodyBelievesOfANumber) {
  const SearchSpace space = read(
      with_parameters(R"({"name": "x", "type": "float", "low": 0, "high": 1, "prior": {"mean": 0.1, "sd": 0.05}})"));

  const auto prior = read(space.to_json()).parameters()[0].prior;
  ASSERT_TRUE(prior);
  EXPECT_EQ(prior->mean, 0.1);
  EXPECT_EQ(prior->sd, 0.05);
}

TEST(SpaceJson, GivesNoLineForATextOfOneLine) {
  EXPECT_THAT([] { SearchSpace::from_json(R"({"parameters": [{"name": "x"}]})", "plugin 'xgb'"); },
              ThrowsMessage<UserError>(HasSubstr("plugin 'xgb': parameter 'x' has no \"type\"")));
}

struct BadSpace {
  std::string text;
  std::string message;
};

class SpaceMistakes : public testing::TestWithParam<BadSpace> {};

TEST_P(SpaceMistakes, AreOneClearMessageWithItsPlace) {
  EXPECT_THAT([] { read(GetParam().text); }, ThrowsMessage<UserError>(HasSubstr(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    Text, SpaceMistakes,
    testing::Values(
        BadSpace{"", "space.json:1:1: this is not JSON"},
        BadSpace{"{\"parameters\": [\n  {\"name\": \"x\",}\n]}", "space.json:2:16: this is not JSON (syntax error"},
        BadSpace{"{\"parameters\": [\n{\"name\": \"x\", \"low\": NaN}]}", "space.json:2:22: this is not JSON"},
        BadSpace{"{\"parameters\":\n [{\"low\": 1e999}]}", "space.json:2:17: number overflow parsing '1e999'"},
        BadSpace{"{\"parameters\": \"\xff\"}",
                 "space.json:1:17: this is not JSON (syntax error while parsing value - invalid string: ill-formed "
                 "UTF-8 byte)."},
        BadSpace{"{\"parameters\": [\n{\"name\": \"x\",\n\"low\": 1, \"low\": 2}]}",
                 "space.json:3:16: the key \"low\" is there twice"},
        BadSpace{"[]", "space.json: a search space is a JSON object {\"parameters\": [...]}"},
        BadSpace{"{\"parameters\": 3}", "a search space is a JSON object"},
        BadSpace{R"({"parameters": [], "forbiden": []})", "unknown key \"forbiden\". Did you mean 'forbidden'?"},
        BadSpace{R"({"paramters": []})", "unknown key \"paramters\". Did you mean 'parameters'?"},
        BadSpace{"{\"parameters\": [\n{\"name\": " + std::string(100'000, '['),
                 "space.json:2:40: lists and objects stand more than 32 deep inside each other. Remove some brackets."},
        BadSpace{R"({"parameters": []})", "space.json: the search space has no parameters."},
        BadSpace{R"({"parameters": [{"name": "x", "type": "bool"}], "forbidden": {}})",
                 "\"forbidden\" is not a list"}));

INSTANTIATE_TEST_SUITE_P(
    Names, SpaceMistakes,
    testing::Values(
        BadSpace{with_parameters("3"), "space.json: parameter 1 of the list is 3, not an object."},
        BadSpace{with_parameters(R"({"type": "bool"})"), "space.json:2: parameter 1 of the list has no \"name\""},
        BadSpace{with_parameters(R"({"name": "", "type": "bool"})"),
                 "space.json:2: the parameter name \"\" is empty. Choose another."},
        BadSpace{with_parameters(R"({"name": "a b", "type": "bool"})"), "the parameter name \"a b\" holds ' '"},
        BadSpace{with_parameters(R"({"name": "a/b", "type": "bool"})"), "holds '/'"},
        BadSpace{with_parameters(R"({"name": "a=b", "type": "bool"})"), "holds '='"},
        BadSpace{with_parameters(R"({"name": "a:b", "type": "bool"})"), "holds ':'"},
        BadSpace{with_parameters(R"({"name": "a,b", "type": "bool"})"), "holds ','"},
        BadSpace{with_parameters(R"({"name": "a\"b", "type": "bool"})"), "holds '\"'"},
        BadSpace{with_parameters(R"({"name": "..", "type": "bool"})"), "is a path in the study file"},
        BadSpace{with_parameters(R"({"name": "a\u001b[31m", "type": "bool"})"), "\"a\\x1b[31m\" holds the control"},
        BadSpace{with_parameters(R"({"name": "a\tb", "type": "bool"})"), "holds the control character \\x09"},
        BadSpace{with_parameters(R"({"name": "a\u00a0b", "type": "bool"})"), "holds an invisible character"},
        BadSpace{with_parameters(R"({"name": "a\u200bb", "type": "bool"})"), "holds an invisible character"},
        BadSpace{with_parameters("{\"name\": \"a\", \"type\": \"bool\"},\n{\"name\": \"a\", \"type\": \"bool\"}"),
                 "space.json:3: there are two parameters named 'a'. Rename one."}));

INSTANTIATE_TEST_SUITE_P(
    Priors, SpaceMistakes,
    testing::Values(
        BadSpace{with_parameters(R"({"name": "x", "type": "int", "low": 0, "high": 9, "prior": 3})"),
                 "space.json:2: the prior of parameter 'x': 3 is not an object {\"mean\", \"sd\"}."},
        BadSpace{with_parameters(R"({"name": "x", "type": "int", "low": 0, "high": 9, "prior": {"mean": 3}})"),
                 "the prior of parameter 'x': no \"sd\". Add one"},
        BadSpace{
            with_parameters(R"({"name": "x", "type": "int", "low": 0, "high": 9, "prior": {"mean": 3, "std": 1}})"),
            "unknown key \"std\". Did you mean 'sd'?"},
        BadSpace{with_parameters(R"({"name": "x", "type": "int", "low": 0, "high": 9, "prior": {"mean": 3, "sd": 0}})"),
                 "sd = 0 (needs sd > 0). To fix the value use --fix."},
        BadSpace{with_parameters(R"({"name": "x", "type": "bool", "prior": {"mean": 3, "sd": 1}})"),
                 "parameter 'x' has unknown key \"prior\""}));

std::string number(const std::string& type, const std::string& rest) {
  return with_parameters("{\"name\": \"ok\", \"type\": \"bool\"},\n{\"name\": \"eta\", \"type\": \"" + type + "\", " +
                         rest + "}");
}

INSTANTIATE_TEST_SUITE_P(
    Numbers, SpaceMistakes,
    testing::Values(
        BadSpace{number("float", R"("low": 0, "high": 1, "log": true)"),
                 "space.json:3: parameter 'eta' has low = 0 on a log scale (needs low > 0). Try low = 1e-6 or \"log\": "
                 "false."},
        BadSpace{number("int", R"("low": 0, "high": 9, "log": true)"), "Try low = 1 or \"log\": false."},
        BadSpace{number("flaot", R"("low": 0, "high": 1)"), "unknown type \"flaot\". Did you mean 'float'?"},
        BadSpace{number("float", R"("low": "0.1", "high": 1)"),
                 "space.json:3: parameter 'eta' has \"low\" = \"0.1\", which is not a number."},
        BadSpace{number("float", R"("high": 1)"), "parameter 'eta' has no \"low\""},
        BadSpace{number("float", R"("low": 2, "high": 1)"),
                 "parameter 'eta' has an empty range (low = 2 is above high = 1)"},
        BadSpace{number("float", R"("low": 1, "high": 2, "log": "yes")"),
                 "\"log\" = \"yes\", which is not true or false"},
        BadSpace{number("float", R"("low": 1, "high": 2, "log": true, "step": 0.1)"),
                 "a log scale with step = 0.1 (steps are even, the scale is not)"},
        BadSpace{number("int", R"("low": 1, "high": 9, "log": true, "step": 2)"),
                 "a log scale with step = 2 (an int on a log scale has step 1)"},
        BadSpace{number("int", R"("low": 1, "high": 9007199254740993)"),
                 "high = 9007199254740993 (an integer beyond 2^53"},
        BadSpace{number("int", R"("low": -9.1e15, "high": 0)"), "low = -9100000000000000 as an int (beyond 2^53"},
        BadSpace{number("int", R"("low": 0, "high": 9007199254740992)"), "more than 2^51 cannot be told apart"},
        BadSpace{number("int", R"("low": 1, "high": 9007199254740992, "log": true)"), "above 2^40"},
        BadSpace{number("int", R"("low": 1.5, "high": 3)"), "low = 1.5, which is not a whole number"},
        BadSpace{number("float", R"("low": -1e308, "high": 1e308)"), "its width is no finite number"},
        BadSpace{number("float", R"("low": 0, "high": 1, "step": 0)"), "step = 0 (needs step > 0)"},
        BadSpace{number("int", R"("low": 0, "high": 1, "step": 0)"), "step = 0 (needs step > 0)"},
        BadSpace{number("float", R"("low": 0, "high": 1, "step": -0.1)"), "step = -0.1 (needs step > 0)"},
        BadSpace{number("int", R"("low": 0, "high": 5, "step": 6)"), "step = 6, wider than its range [0, 5]"},
        BadSpace{number("float", R"("low": 0, "high": 1, "hihg": 2)"), "unknown key \"hihg\". Did you mean 'high'?"},
        BadSpace{number("float", R"("low": 0, "high": 1, "priority": {})"), "unknown key \"priority\""},
        BadSpace{number("float", R"("low": 0, "high": 1, "choices": [1])"), "unknown key \"choices\""},
        BadSpace{number("float", R"("low": 0, "high": 1, "default": 2)"),
                 "parameter 'eta' has a default that it cannot take (eta = 2 is above 1)"},
        BadSpace{number("int", R"("low": 0, "high": 9, "step": 3, "default": 4)"),
                 "eta = 4 is not 0 plus a multiple of 3"},
        BadSpace{number("float", R"("low": 0, "high": 1, "default": "x")"), "eta = \"x\" is not a number"}));

INSTANTIATE_TEST_SUITE_P(
    Choices, SpaceMistakes,
    testing::Values(
        BadSpace{with_parameters(R"({"name": "c", "type": "categorical"})"), "parameter 'c' has no \"choices\""},
        BadSpace{with_parameters(R"({"name": "c", "type": "categorical", "choices": []})"),
                 "not a list of at least one"},
        BadSpace{with_parameters(R"({"name": "c", "type": "categorical", "choices": ["a", "a"]})"),
                 "the choice \"a\" twice"},
        BadSpace{with_parameters(R"({"name": "c", "type": "ordinal", "choices": [1, 2, 1.0]})"),
                 "the choice 1.0 twice (it equals 1)"},
        BadSpace{with_parameters(R"({"name": "c", "type": "categorical", "choices": [[1]]})"),
                 "the choice [1] (choices are"},
        BadSpace{with_parameters(R"({"name": "c", "type": "categorical", "choices": ["a"], "low": 1})"),
                 "unknown key \"low\""},
        BadSpace{
            with_parameters(R"({"name": "c", "type": "categorical", "choices": ["adam", "sgd"], "default": "adm"})"),
            "c = \"adm\" is not one of its choices. Did you mean 'adam'?"},
        BadSpace{with_parameters(R"({"name": "b", "type": "bool", "default": 1})"), "b = 1 is not one of its choices"},
        BadSpace{with_parameters(R"({"name": "b", "type": "bool", "choices": ["yes"]})"),
                 "the choice \"yes\" for a bool"}));

constexpr const char* kParents = R"({"name": "booster", "type": "categorical", "choices": ["tree", "dart"]},
{"name": "depth", "type": "int", "low": 1, "high": 9},
)";

std::string child(const std::string& when) {
  return with_parameters(kParents + ("{\"name\": \"child\", \"type\": \"bool\", \"when\": " + when + "}"));
}

INSTANTIATE_TEST_SUITE_P(
    Conditions, SpaceMistakes,
    testing::Values(
        BadSpace{
            child(R"({"boster": "dart"})"),
            "space.json:4: \"when\" of parameter 'child': there is no parameter 'boster'. Did you mean 'booster'?"},
        BadSpace{child(R"({"booster": "drat"})"), "booster = \"drat\" is not one of its choices. Did you mean 'dart'?"},
        BadSpace{child(R"({"depth": 12})"),
                 "parameter 'child' has a condition that cannot hold (depth = 12 is above 9)"},
        BadSpace{child(R"({"depth": 2.5})"), "depth = 2.5 is not a whole number"},
        BadSpace{child(R"({"depth": {"low": 10}})"), "the range {\"low\":10} holds no value of depth"},
        BadSpace{child(R"({"depth": {"low": 10, "high": 12}})"), "depth from 10 to 12 is outside [1, 9]"},
        BadSpace{child(R"({"booster": []})"),
                 "space.json:4: \"when\" of parameter 'child': the list of values of booster is empty (the parameter "
                 "would never be active)"},
        BadSpace{child(R"({"depth": {}})"), "the range of depth has neither \"low\" nor \"high\""},
        BadSpace{child(R"({"depth": {"lo": 2}})"), "unknown key \"lo\". Did you mean 'low'?"},
        BadSpace{child(R"({"booster": {"low": "dart"}})"), "booster has no order, so no range"},
        BadSpace{child(R"("booster")"), "\"booster\" is not an object of parameters and their values"},
        BadSpace{child(R"({"child": true})"), "the conditions go in a circle ('child' needs 'child')"},
        BadSpace{with_parameters("{\"name\": \"x\", \"type\": \"bool\", \"when\": {\"a\": true}},\n"
                                 "{\"name\": \"a\", \"type\": \"bool\", \"when\": {\"b\": true}},\n"
                                 "{\"name\": \"b\", \"type\": \"bool\", \"when\": {\"c\": true}},\n"
                                 "{\"name\": \"c\", \"type\": \"bool\", \"when\": {\"a\": true}}"),
                 "the conditions go in a circle ('a' needs 'b' needs 'c' needs 'a'). Remove one"}));

std::string forbidding(const std::string& clauses) {
  return "{\"parameters\": [" + std::string(kParents) +
         "{\"name\": \"x\", \"type\": \"float\", \"low\": 0, \"high\": 1},\n"
         "{\"name\": \"huge\", \"type\": \"int\", \"low\": 0, \"high\": 1000000000000}],\n"
         "\"forbidden\": [\n" +
         clauses + "]}";
}

INSTANTIATE_TEST_SUITE_P(
    ForbiddenCombinations, SpaceMistakes,
    testing::Values(
        BadSpace{forbidding("{\"x\": 0.5},\n{\"dept\": 3}"),
                 "space.json:7: forbidden combination 2: there is no parameter 'dept'. Did you mean 'depth'?"},
        BadSpace{forbidding("{\"depth\": 11}"),
                 "space.json:6: a forbidden combination can never occur (depth = 11 is above 9)"},
        BadSpace{forbidding("{}"), "an empty forbidden combination would forbid everything"},
        BadSpace{forbidding("{\"depth\": []}"), "a forbidden combination can never occur"},
        BadSpace{forbidding(R"({"booster": "tree"}, {"booster": "dart"})"),
                 "the forbidden combinations leave nothing."},
        BadSpace{forbidding(R"({"x": {"low": 0.5}}, {"x": {"high": 0.5}})"), "leave nothing."},
        BadSpace{forbidding(R"({"huge": {"low": 1}}, {"huge": 0})"), "leave nothing."},
        BadSpace{forbidding(R"({"booster": "tree", "x": {"low": 0.2}}, {"x": {"high": 0.2}}, {"booster": "dart"})"),
                 "leave nothing."}));

class LeavesSomething : public testing::TestWithParam<std::string> {};

TEST_P(LeavesSomething, SoTheSpaceIsAccepted) {
  const SearchSpace space = read(forbidding(GetParam()));

  EXPECT_TRUE(space.contains(space.sample(1, 1)));
}

INSTANTIATE_TEST_SUITE_P(
    ForbiddenCombinations, LeavesSomething,
    testing::Values(R"({"x": {"low": 0.5}}, {"x": {"high": 0.4999}})", R"({"huge": {"low": 1000000}})",
                    R"({"booster": "tree"}, {"depth": {"low": 2}})",
                    R"({"booster": "tree", "depth": [1, 2, 3, 4, 5, 6, 7, 8]}, {"booster": "dart"})"));

// More combinations of deciding values than can be gone through: 70 * 70 * 70 * 70.
TEST(SpaceJson, SuspectsByDrawingWhatItCannotProve) {
  std::string parameters;
  std::string all;
  for (const char* name : {"a", "b", "c", "d"}) {
    std::string choices;
    for (int i = 0; i < 70; ++i) choices += (i > 0 ? "," : "") + std::to_string(i);
    parameters += std::string(all.empty() ? "" : ",") + "{\"name\": \"" + name +
                  "\", \"type\": \"categorical\", \"choices\": [" + choices + "]}";
    all += std::string(all.empty() ? "" : ",") + "\"" + name + "\": [" + choices + "]";
  }
  const std::string text = "{\"parameters\": [" + parameters + "], \"forbidden\": [{" + all + "}]}";

  EXPECT_THAT([&] { read(text); },
              ThrowsMessage<UserError>(HasSubstr("leave nothing (10,000 draws were all forbidden)")));
}

}  // namespace
}  // namespace tuner
