#include "mpi_runner/plugin_description.h"

#include <gmock/gmock.h>

#include "core/error.h"

namespace tuner {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::ThrowsMessage;

PluginDescription objective(const std::string& json) {
  return description_from_json(PluginKind::objective, json);
}

TEST(PluginDescription, ReadsAnObjective) {
  const PluginDescription read = objective(R"({
      "name": "xgb", "version": "1.2", "summary": "trees",
      "options": [{"name": "data", "type": "text", "help": "CSV", "required": true},
                  {"name": "folds", "type": "int", "default": 5, "identity": false, "executes_code": true}],
      "objectives": [{"name": "auc", "direction": "maximize"}], "constraints": ["seconds"],
      "fidelities": [{"name": "rounds", "low": 1, "high": 9}]})");

  EXPECT_EQ(read.name, "xgb");
  EXPECT_TRUE(read.options.at(0).required);
  EXPECT_EQ(read.options.at(1).default_value, "5");
  EXPECT_FALSE(read.options.at(1).identity);
  EXPECT_TRUE(read.options.at(1).executes_code);
  EXPECT_TRUE(read.goal.objectives.at(0).maximize);
  EXPECT_THAT(read.goal.constraints, ElementsAre("seconds"));
  EXPECT_EQ(read.goal.fidelities.at(0).high, 9);
}

struct Bad {
  std::string json;
  std::string problem;
};

class BadDescription : public ::testing::TestWithParam<Bad> {};

TEST_P(BadDescription, IsRefusedWithWhatIsWrong) {
  std::string message;
  try {
    objective(GetParam().json);
  } catch (const PluginError& error) {
    message = error.what();
  }
  EXPECT_THAT(message, AllOf(HasSubstr("describes itself wrongly"), HasSubstr(GetParam().problem)));
}

INSTANTIATE_TEST_SUITE_P(
    Objectives, BadDescription,
    ::testing::Values(
        Bad{"", "no JSON object"}, Bad{"[]", "no JSON object"}, Bad{std::string(100'000, '['), "is nested too deeply"},
        Bad{"{}", "it has no 'name'"}, Bad{R"({"name": 5})", "'name' is 5, which is of the wrong type"},
        Bad{R"({"name": "p"})", "it has no objectives"},
        Bad{R"({"name": "p", "objectives": {}})", "'objectives' is not a list"},
        Bad{R"({"name": "p", "objectives": [{"name": "a", "direction": "up"}]})", "the direction 'up'"},
        Bad{R"({"name": "p", "objectives": [{"name": "a"}, {"name": "a"}]})", "two objectives 'a'"},
        Bad{R"({"name": "p", "objectives": [{"name": "a"}], "constraints": [1]})", "a constraint is not a name"},
        Bad{R"({"name": "p", "objectives": [{"name": "a"}], "fidelities": [{"name": "f", "low": 2, "high": 1}]})",
            "fidelity 'f' goes from 2 to 1"},
        Bad{R"({"name": "p", "objectives": [{"name": "a"}], "options": [{"name": "o", "type": "path"}]})",
            "the type 'path'"},
        Bad{R"({"name": "p", "objectives": [{"name": "a"}], "options": [{"name": "o", "type": "int", "default": "x"}]})",
            "the default 'x' of option 'o' is no int"},
        Bad{R"({"name": "p", "objectives": [{"name": "a"}], "options": [{"name": "o"}, {"name": "o"}]})",
            "two options 'o'"}));

PluginDescription with_options() {
  return objective(R"({"name": "p", "objectives": [{"name": "a"}], "options": [
      {"name": "data", "required": true, "help": "the table"}, {"name": "folds", "type": "int", "default": "5"},
      {"name": "rate", "type": "float"}, {"name": "quick", "type": "bool", "default": "false"}, {"name": "note"}]})");
}

std::string mistake_in(const PluginOptions& users) {
  try {
    check_options(with_options(), users);
  } catch (const UserError& error) {
    return error.what();
  }
  return "they were taken";
}

TEST(CheckOptions, NamesTheOptionThatSetsAStrategys) {
  const PluginDescription strategy = description_from_json(
      PluginKind::strategy,
      R"({"name": "manual", "options": [{"name": "file", "required": true, "help": "the list"}]})");

  EXPECT_THAT([&] { check_options(strategy, {}); },
              ThrowsMessage<UserError>(HasSubstr("Add --strategy-set file=VALUE")));
}

TEST(CheckOptions, FillsDefaultsIn) {
  EXPECT_THAT(check_options(with_options(), {{"data", "t.csv"}, {"quick", "yes"}}),
              ElementsAre(Pair("data", "t.csv"), Pair("folds", "5"), Pair("note", ""), Pair("quick", "true")));
}

TEST(CheckOptions, RefusesWhatThePluginDoesNotTake) {
  EXPECT_THAT(mistake_in({}), HasSubstr("needs the option 'data' (the table). Add --set data=VALUE"));
  EXPECT_THAT(mistake_in({{"dta", "t.csv"}}), HasSubstr("has no option 'dta'. Did you mean 'data'?"));
  EXPECT_THAT(mistake_in({{"data", "t"}, {"folds", "5.5"}}),
              HasSubstr("option 'folds' of plugin 'p' is '5.5', which is no int"));
  EXPECT_THAT(mistake_in({{"data", "t"}, {"rate", "nan"}}), HasSubstr("no float"));
  EXPECT_THAT(mistake_in({{"data", "t"}, {"quick", "maybe"}}), HasSubstr("no bool"));
}

}  // namespace
}  // namespace tuner
