#include <fstream>

#include "mpi_runner/machine.h"
#include "mpi_runner/strategy_host.h"
#include "mpi_runner/study_setup.h"
#include "tests/mpi_runner/commands/command_test.h"

namespace tuner {
namespace {

using test::StudyEvents;
using ::testing::AllOf;
using ::testing::HasSubstr;

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
  void make_live_study_without_journal() {
    std::filesystem::remove(study_file());
    std::filesystem::remove(study_file() + ".journal.2");
    StudyDefinition definition = test::small_definition();
    definition.strategy = plugin_info(plugin_, {});
    recorded(StudyEvents(definition))->leave();
    std::filesystem::remove(study_file() + ".journal.1");
  }
  std::string facts_here() const { return epoch_facts(1, 1, {}, plugin_info(plugin_, {}).sha256, ""); }

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

TEST_F(ReplayCommand, DoesNotCallAStudyGoodThatLacksAJournal) {
  make_study(7, facts_here());
  std::ofstream(study_file() + ".journal.2") << "x";
  run("replay", {study_file()});
  EXPECT_EQ(code(), 0) << "an unfinished journal behind a clean end holds nothing";

  make_live_study_without_journal();
  run("replay", {study_file()});
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
