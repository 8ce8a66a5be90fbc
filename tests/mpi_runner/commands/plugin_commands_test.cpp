// The commands that ask plugins, with real plugins in real hosts.
#include <fstream>
#include <nlohmann/json.hpp>

#include "mpi_runner/machine.h"
#include "mpi_runner/strategy_host.h"
#include "mpi_runner/study_setup.h"
#include "tests/mpi_runner/commands/command_test.h"

namespace tuner {
namespace {

using nlohmann::json;
using test::StudyEvents;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kMisbehaving = TUNER_FIXTURES "/misbehaving_objective.so";

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Describe : public test::CommandTest {};

TEST_F(Describe, ShowsOptionsGoalAndSpace) {
  const std::string text = run("describe", {kMisbehaving});

  EXPECT_THAT(text, AllOf(HasSubstr("objective: minimize "), HasSubstr("size ≤ 0"), HasSubstr("fidelity rounds: 1 … 9"),
                          HasSubstr("options (--set NAME=VALUE)\n"), HasSubstr("x          float  -5 … 5  0"),
                          HasSubstr("n          int    1 … 8")));
}

TEST_F(Describe, SaysTheSameAsJson) {
  const json description = json::parse(run("describe", {kMisbehaving, "--json"}));

  EXPECT_EQ(description["kind"], "objective");
  EXPECT_EQ(description["space"]["parameters"][0]["name"], "x");
  EXPECT_EQ(description["options"][0]["name"], "misbehave");
  EXPECT_EQ(description["fidelities"][0]["high"], 9);
}

TEST_F(Describe, ShowsStrategies) {
  EXPECT_THAT(run("describe", {"random"}), AllOf(HasSubstr(", strategy\n"), HasSubstr("no options")));
}

TEST_F(Describe, SuggestsNames) {
  EXPECT_THAT(refusal("describe", {"randon"}), HasSubstr("Did you mean 'random'?"));
}

class Plugins : public test::CommandTest {};

TEST_F(Plugins, ListsWhatIsFoundByName) {
  const std::string text = run("plugins", {});

  EXPECT_THAT(text, AllOf(HasSubstr("\nrandom"), HasSubstr("  strategy  "), HasSubstr("TUNER_PLUGIN_PATH")));
}

class Evaluate : public test::CommandTest {
 protected:
  std::string evaluate(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--plugin", kMisbehaving, "--directory", folder() / "trials"});
    return run("evaluate", arguments);
  }
};

TEST_F(Evaluate, RunsOneTrialInTheForeground) {
  const std::string text = evaluate({"--at", "x=3,n=6", "--set", "misbehave=report"});

  EXPECT_THAT(text,
              AllOf(HasSubstr(R"({"x": 3.0, "n": 6})"), HasSubstr("step 2: 0.5\n"), HasSubstr("warning: three steps"),
                    HasSubstr("complete after "), HasSubstr(" 11\n"), HasSubstr("  trees              12\n")));
  EXPECT_EQ(code(), 0);
}

TEST_F(Evaluate, RunsAtTheFidelityThatIsAskedFor) {
  EXPECT_THAT(evaluate({"--fidelity", "rounds=2"}), HasSubstr("  size               -7\n"));
  EXPECT_THAT(evaluate({}), HasSubstr("  size               0\n"));
}

TEST_F(Evaluate, SaysHowATrialFailed) {
  const std::string text = evaluate({"--set", "misbehave=segfault"});

  EXPECT_THAT(text, AllOf(HasSubstr("failed after "), HasSubstr(": crash\n"), HasSubstr("SIGSEGV")));
  EXPECT_EQ(code(), 2);
}

TEST_F(Evaluate, RefusesWhatIsNotInTheSpace) {
  EXPECT_THROW(evaluate({"--at", "x=7"}), UserError);
  EXPECT_THROW(evaluate({"--at", "y=7"}), UserError);
  EXPECT_THROW(evaluate({"--fidelity", "rounds=10"}), UserError);
  EXPECT_THROW(evaluate({"--fidelity", "epochs=1"}), UserError);
}

TEST_F(Evaluate, NeedsAPlugin) {
  EXPECT_THAT(refusal("evaluate", {"--at", "x=1"}), HasSubstr("--plugin is missing"));
}

class CheckPlugin : public test::CommandTest {};

TEST_F(CheckPlugin, AcceptsAPluginThatKeepsTheContract) {
  EXPECT_THAT(run("check-plugin", {"random"}), AllOf(HasSubstr("keeps the contract"), Not(HasSubstr("FAILED"))));
  EXPECT_EQ(code(), 0);
}

TEST_F(CheckPlugin, NamesWhatAPluginBreaks) {
  EXPECT_THAT(run("check-plugin", {kMisbehaving, "--set", "misbehave=segfault"}), HasSubstr("FAILED"));
  EXPECT_EQ(code(), 2);
}

// A study of the objective above whose best trial has x = 2.
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
  EXPECT_EQ(json::parse(contents(out / "metrics.json")), json::parse(R"({"x": 2})"));
}

TEST_F(Refit, TakesAnotherTrialOnRequest) {
  const auto out = folder() / "model";

  run("refit", {study_file(), "--plugin", kMisbehaving, "--trial", "0", "--out", out});

  EXPECT_EQ(json::parse(contents(out / "metrics.json")), json::parse(R"({"x": 4})"));
}

TEST_F(Refit, DoesNotMixWithOtherFiles) {
  EXPECT_THAT(refusal("refit", {study_file(), "--plugin", kMisbehaving, "--out", folder()}), HasSubstr("is not empty"));
}

TEST_F(Refit, LooksTheRecordedPluginUpByNameOnly) {
  EXPECT_THAT(refusal("refit", {study_file(), "--out", folder() / "model"}),
              HasSubstr("there is no plugin 'misbehaving'"));
}

TEST_F(Refit, FollowsNoPathInAStudyFile) {
  StudyDefinition definition = test::small_definition();
  definition.objective.name = kMisbehaving;
  StudyEvents events(definition);
  events.epoch();
  events.ran({0.1, 6, 0, test::kInactive}, 0.5);
  std::filesystem::remove(study_file());
  write(events);

  EXPECT_THAT(refusal("refit", {study_file(), "--out", folder() / "model"}),
              HasSubstr("a path in a study file is not followed"));
}

// A study that the plugin `random` made its suggestions for.
class ReplayCommand : public test::CommandTest {
 protected:
  ReplayCommand() : plugin_(load_plugin("random", PluginKind::strategy)) {}

  // `recorded_seed`: what the file says; the suggestions are of seed 7.
  void make_study(std::uint64_t recorded_seed, const std::string& facts) {
    StudyDefinition definition = test::small_definition();
    definition.strategy = plugin_info(plugin_, {});
    StrategyHost host({plugin_.launch, {}, definition.space, definition.goal, 7});
    definition.seed = recorded_seed;
    StudyEvents events(definition);
    events.epoch(facts);
    for (int i = 0; i < 3; ++i) suggest_two(events, host);
    write(events.said_goodbye());
  }
  std::string facts_here() const { return epoch_facts(1, plugin_info(plugin_, {}).sha256, ""); }

 private:
  static void suggest_two(StudyEvents& events, StrategyHost& host) {
    const Study& study = events.study();
    const Asked asked{study.next_ask(), 2, study.finished().size()};
    events.add(asked);
    host.ask(study, {asked.ask, asked.want, study.suggested(), study.pending()});
    Answered answered{asked.ask, 0, {}};
    for (const Suggestion& suggestion : host.wait().suggestions)
      answered.trials.push_back({TrialId{study.trial_count() + answered.trials.size()}, suggestion.configuration,
                                 suggestion.fidelities, suggestion.parent, suggestion.note});
    events.add(answered);
  }

  LoadedPlugin plugin_;
};

TEST_F(ReplayCommand, FindsAllSuggestionsEqual) {
  make_study(7, facts_here());

  EXPECT_EQ(run("replay", {study_file()}), "6 suggestions in 1 epoch: all equal\n");
  EXPECT_EQ(code(), 0);
}

TEST_F(ReplayCommand, FindsOtherSuggestions) {
  make_study(8, facts_here());

  EXPECT_THAT(run("replay", {study_file()}),
              HasSubstr("6 suggestions in 1 epoch: 0 equal, 6 differ\n  trial 0 (ask 0)"));
  EXPECT_EQ(code(), 3);
}

TEST_F(ReplayCommand, DoesNotCompareOtherMachines) {
  make_study(7, test::kFacts);

  EXPECT_THAT(run("replay", {study_file()}),
              AllOf(HasSubstr("6 more suggestions not comparable"), HasSubstr("epoch 1: ")));
  EXPECT_EQ(code(), 0);
}

}  // namespace
}  // namespace tuner
