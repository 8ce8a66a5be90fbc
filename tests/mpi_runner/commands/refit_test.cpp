#include <fstream>
#include <nlohmann/json.hpp>

#include "mpi_runner/study_setup.h"
#include "tests/mpi_runner/commands/command_test.h"
#include "tests/mpi_runner/commands/fixtures.h"

namespace tuner {
namespace {

using nlohmann::json;
using test::StudyEvents;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A study of the objective `misbehaving` whose best trial has x = 2.
class Refit : public test::CommandTest {
 protected:
  Refit() {
    const LoadedPlugin plugin = load_plugin(kMisbehaving, PluginKind::objective);
    StudyDefinition definition = test::small_definition();
    definition.goal = plugin.description.goal;
    definition.objective = plugin_info(plugin, check_options(plugin.description, {}));
    definition.inputs.clear();
    definition.space = plugin_space(plugin.launch, definition.objective.options);
    StudyEvents events(definition);
    events.epoch();
    for (const double x : {4.0, 2.0}) events.completed(events.started(events.suggested({x, 3})), {x * x}, {0});
    write(events.said_goodbye());
  }
};

TEST_F(Refit, WritesModelConfigurationAndMetrics) {
  const auto out = folder() / "model";

  run("refit", {study_file(), "--plugin", kMisbehaving, "--out", out});

  EXPECT_EQ(code(), 0);
  EXPECT_EQ(contents(out / "model"), "the model");
  EXPECT_EQ(json::parse(contents(out / "configuration.json")), json::parse(R"({"x": 2.0, "n": 3})"));
  EXPECT_EQ(json::parse(contents(out / "metrics.json")),
            json::parse(R"({"trial": 1, "values": {"value": 4.0}, "training": {"x": 2}})"));
}

TEST_F(Refit, TakesAnotherTrialOnRequest) {
  const auto out = folder() / "model";

  run("refit", {study_file(), "--plugin", kMisbehaving, "--trial", "0", "--out", out});

  EXPECT_EQ(json::parse(contents(out / "metrics.json"))["trial"], 0);
  EXPECT_EQ(json::parse(contents(out / "metrics.json"))["training"], json::parse(R"({"x": 4})"));
}

TEST_F(Refit, DoesNotMixWithOtherFiles) {
  EXPECT_THAT(refusal("refit", {study_file(), "--plugin", kMisbehaving, "--out", folder()}), HasSubstr("is not empty"));
}

TEST_F(Refit, LooksTheRecordedPluginUpByNameOnly) {
  EXPECT_THAT(refusal("refit", {study_file(), "--out", folder() / "model"}),
              HasSubstr("there is no plugin 'misbehaving'"));
}

TEST_F(Refit, FindsAPluginWhoseFileHasAnotherNameThanItself) {
  ASSERT_EQ(setenv("TUNER_PLUGIN_PATH", TUNER_FIXTURES, 1), 0);

  run("refit", {study_file(), "--out", folder() / "model"});

  unsetenv("TUNER_PLUGIN_PATH");
  EXPECT_EQ(code(), 0);
}

TEST_F(Refit, SaysHowToNameAPluginThatIsNotFound) {
  EXPECT_THAT(refusal("refit", {study_file(), "--out", folder() / "model"}),
              AllOf(HasSubstr("'misbehaving_objective.so'"), HasSubstr("--plugin FILE")));
}

TEST_F(Refit, TellsTheHoldoutScoreOfTheTrial) {
  auto store = StudyStore::open(study_file(), MissingJournal::refuse);
  store->record(HoldoutScored{{1}, 1.0, R"({"holdout_loss": 4.5})"});
  store->finish();
  const auto out = folder() / "model";

  run("refit", {study_file(), "--plugin", kMisbehaving, "--out", out});

  EXPECT_EQ(json::parse(contents(out / "metrics.json"))["holdout"], json::parse(R"({"holdout_loss": 4.5})"));
}

TEST_F(Refit, FollowsNoPathInAStudyFile) {
  StudyDefinition definition = test::small_definition();
  definition.objective.name = kMisbehaving;
  StudyEvents events(definition);
  events.epoch();
  events.ran({0.1, 6, 0, kInactive}, 0.5);
  std::filesystem::remove(study_file());
  write(events);

  EXPECT_THAT(refusal("refit", {study_file(), "--out", folder() / "model"}),
              HasSubstr("a path in a study file is not followed"));
}

}  // namespace
}  // namespace tuner
