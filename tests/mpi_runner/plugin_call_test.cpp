#include "mpi_runner/plugin_call.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "tests/mpi_runner/plugin_host/host_testing.h"

namespace tuner::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

template <class Call>
std::string plugin_error(Call call) {
  try {
    call();
  } catch (const PluginError& error) {
    return error.what();
  }
  return "it worked";
}

TEST(PluginCall, DescribesObjectivesAndStrategies) {
  const PluginDescription objective = describe_plugin(launch("misbehaving_objective"));
  const PluginDescription strategy = describe_plugin(launch("misbehaving_strategy"));

  EXPECT_EQ(objective.kind, PluginKind::objective);
  EXPECT_EQ(objective.name, "misbehaving");
  EXPECT_THAT(objective.options, SizeIs(3));
  EXPECT_EQ(strategy.kind, PluginKind::strategy);
  EXPECT_TRUE(strategy.uses_results);
}

TEST(PluginCall, AsksForSpaceAndInputs) {
  EXPECT_EQ(plugin_space(launch("misbehaving_objective"), misbehave("none")).size(), 2U);
  EXPECT_THAT(plugin_inputs(launch("misbehaving_objective"), misbehave("none")), IsEmpty());
}

TEST(PluginCall, NamesThePluginThatFails) {
  const auto describe = [](const std::string& name) { return plugin_error([&] { describe_plugin(launch(name)); }); };

  EXPECT_THAT(describe("wrong_major"),
              AllOf(StartsWith("plugin 'wrong_major' (/"), HasSubstr("was built for plugin ABI 2")));
  EXPECT_THAT(describe("bad_describe"), HasSubstr("failed in describe(): an exception crossed the C line"));
  setenv("BAD_DESCRIBE", "segfault", 1);
  EXPECT_THAT(describe("bad_describe"), HasSubstr("crashed (SIGSEGV)"));
  setenv("BAD_DESCRIBE", "{]", 1);
  EXPECT_THAT(describe("bad_describe"),
              AllOf(StartsWith("plugin 'bad_describe' (/"), HasSubstr("describes itself wrongly")));
  unsetenv("BAD_DESCRIBE");
}

TEST(PluginCall, BlamesThePluginForABadSpaceAndTheUserForAMistake) {
  EXPECT_THAT(plugin_error([] { plugin_space(launch("bad_describe"), {}); }), HasSubstr("plugin 'bad_describe' (/"));
  EXPECT_THAT(plugin_error([] { plugin_inputs(launch("bad_describe"), {}); }), HasSubstr("names its inputs wrongly"));
  EXPECT_THROW(plugin_space(launch("misbehaving_objective"), misbehave("user_mistake", -1, "space")), UserError);
  EXPECT_THROW(plugin_space(launch("misbehaving_strategy"), {}), UserError);
}

TEST(PluginCall, DoesNotWaitForEver) {
  HostLaunch impatient = launch("misbehaving_objective");
  impatient.start_timeout_s = 0.3;

  EXPECT_THAT(plugin_error([&] { plugin_space(impatient, misbehave("hang", -1, "space")); }),
              HasSubstr("did not answer within 0.3 s"));
}

TEST(PluginCall, RefitsWhereThePluginCan) {
  const fs::path folder = fs::temp_directory_path() / ("tuner-refit-test-" + std::to_string(getpid()));
  fs::create_directories(folder);
  RefitCall call{.options = misbehave("none"),
                 .space = fixture_space(),
                 .goal = fixture_goal(),
                 .configuration = {2, 1},
                 .directory = folder};

  EXPECT_EQ(refit(launch("misbehaving_objective"), call), R"({"x": 2})");
  EXPECT_TRUE(fs::exists(folder / "model"));
  EXPECT_THAT(plugin_error([&] { refit(launch("throws_across"), call); }), HasSubstr("cannot train a final model"));
  fs::remove_all(folder);
}

}  // namespace
}  // namespace tuner::testing
