#include "mpi_runner/study_setup.h"

#include <gmock/gmock.h>

#include "core/error.h"

namespace tuner {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

PluginDescription with_script_option(PluginKind kind) {
  PluginDescription description;
  description.kind = kind;
  PluginOption script;
  script.name = "script";
  script.executes_code = true;
  description.options.push_back(script);
  return description;
}

PluginInfo recorded_with(const std::string& name, PluginOptions options) {
  return {name, "1.0", "", "", std::move(options)};
}

StudyDefinition study_with(const PluginOptions& options) {
  const char* space = R"({"parameters": [{"name": "x", "type": "float", "low": 0, "high": 1}]})";
  StudyDefinition study{.study_id = {},
                        .space = SearchSpace::from_json(space, "test"),
                        .goal = {},
                        .objective = {},
                        .strategy = {},
                        .inputs = {},
                        .settings = {}};
  study.objective = recorded_with("p", options);
  study.strategy = recorded_with("s", options);
  return study;
}

// A file at that path exists, so only the rule keeps it from being loaded.
TEST(StudySetup, APathInAStudyFileIsNeverLoaded) {
  for (const PluginKind kind : {PluginKind::objective, PluginKind::strategy})
    EXPECT_THAT([&] { load_recorded(recorded_with("/proc/self/exe", {}), "", kind); },
                ThrowsMessage<UserError>(HasSubstr("a path in a study file is not followed")));
}

TEST(StudySetup, RecordedOptionsThatExecuteCodeNeedTheUsersWord) {
  const StudyDefinition recorded = study_with({{"script", "/bin/evil"}});

  EXPECT_THAT([&] { resumed_options(recorded, with_script_option(PluginKind::objective), {}, false); },
              ThrowsMessage<UserError>(HasSubstr("Repeat --set script=")));
  EXPECT_THAT([&] { resumed_options(recorded, with_script_option(PluginKind::strategy), {}, false); },
              ThrowsMessage<UserError>(HasSubstr("Repeat --strategy-set script=")));
}

TEST(StudySetup, OptionsThatExecuteCodeAreTakenOverWhenRepeatedOrTrusted) {
  const StudyDefinition recorded = study_with({{"script", "/bin/mine"}});
  const PluginDescription description = with_script_option(PluginKind::objective);

  EXPECT_EQ(resumed_options(recorded, description, {{"script", "/bin/mine"}}, false).at("script"), "/bin/mine");
  EXPECT_EQ(resumed_options(recorded, description, {}, true).at("script"), "/bin/mine");
}

PluginDescription with_data_option() {
  PluginDescription description;
  PluginOption data;
  data.name = "data";
  description.options.push_back(data);
  return description;
}

StudyDefinition study_of_data(const std::string& name) {
  StudyDefinition study = study_with({{"data", name}});
  study.strategy.options.clear();
  return study;
}

StudyDefinition study_of_file(const std::string& name, const std::string& digest) {
  StudyDefinition study = study_of_data(name);
  study.inputs = {{name, digest}};
  return study;
}

TEST(StudySetup, AnInputFileIsItsContentsAndNotItsName) {
  const StudyDefinition recorded = study_of_file("d.csv", "aa");

  EXPECT_THAT(differences(recorded, study_of_file("/elsewhere/e.csv", "aa"), with_data_option()), IsEmpty());
  EXPECT_THAT(differences(recorded, study_of_file("/elsewhere/e.csv", "bb"), with_data_option()),
              ElementsAre("the contents of data '/elsewhere/e.csv' are not those of the study's 'd.csv'"));
  EXPECT_THAT(differences(recorded, study_of_file("d.csv", "bb"), with_data_option()),
              ElementsAre("the contents of the input files have changed"));
  EXPECT_EQ(resumed_options(recorded, with_data_option(), {{"data", "/elsewhere/e.csv"}}, false).at("data"),
            "/elsewhere/e.csv");
}

TEST(StudySetup, AnOptionThatNamesNoFileIsComparedAsBefore) {
  const StudyDefinition recorded = study_of_data("a");

  EXPECT_THAT(differences(recorded, study_of_data("b"), with_data_option()),
              ElementsAre("option data is 'b' (the study has 'a')"));
}

TEST(StudySetup, WhatAStrategyDoesNotLookAtIsSaid) {
  StudyDefinition study = study_with({});
  study.space = SearchSpace::from_json(
      R"({"parameters": [{"name": "x", "type": "float", "low": 0, "high": 1, "prior": {"mean": 0.1, "sd": 0.1}}]})",
      "test");
  PluginDescription strategy;
  strategy.name = "random";

  EXPECT_THAT(unheeded(study, strategy, true), ::testing::IsEmpty());
  strategy.uses_results = false;
  EXPECT_THAT(unheeded(study, strategy, true), ::testing::ElementsAre(HasSubstr("'x'"), HasSubstr("earlier studies")));
}

}  // namespace
}  // namespace tuner
