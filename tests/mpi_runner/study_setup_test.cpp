#include "mpi_runner/study_setup.h"

#include <gmock/gmock.h>

#include "core/error.h"

namespace tuner {
namespace {

using ::testing::HasSubstr;
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

// A file at that path exists, so only the rule keeps it from being loaded.
TEST(StudySetup, APathInAStudyFileIsNeverLoaded) {
  for (const PluginKind kind : {PluginKind::objective, PluginKind::strategy})
    EXPECT_THAT([&] { load_recorded(recorded_with("/proc/self/exe", {}), "", kind); },
                ThrowsMessage<UserError>(HasSubstr("a path in a study file is not followed")));
}

TEST(StudySetup, RecordedOptionsThatExecuteCodeNeedTheUsersWord) {
  const PluginInfo recorded = recorded_with("p", {{"script", "/bin/evil"}});

  EXPECT_THAT([&] { resumed_options(recorded, with_script_option(PluginKind::objective), {}, false); },
              ThrowsMessage<UserError>(HasSubstr("Repeat --set script=")));
  EXPECT_THAT([&] { resumed_options(recorded, with_script_option(PluginKind::strategy), {}, false); },
              ThrowsMessage<UserError>(HasSubstr("Repeat --strategy-set script=")));
}

TEST(StudySetup, OptionsThatExecuteCodeAreTakenOverWhenRepeatedOrTrusted) {
  const PluginInfo recorded = recorded_with("p", {{"script", "/bin/mine"}});
  const PluginDescription description = with_script_option(PluginKind::objective);

  EXPECT_EQ(resumed_options(recorded, description, {{"script", "/bin/mine"}}, false).at("script"), "/bin/mine");
  EXPECT_EQ(resumed_options(recorded, description, {}, true).at("script"), "/bin/mine");
}

}  // namespace
}  // namespace tuner
