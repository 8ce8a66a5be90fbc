#include "mpi_runner/strategy_host.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "tests/mpi_runner/plugin_host/host_testing.h"

namespace tuner::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

StrategySetup strategy_setup(const std::string& how, int at_ask = 0) {
  return {.launch = launch("misbehaving_strategy"),
          .options = {{"misbehave", how}, {"at_ask", std::to_string(at_ask)}, {"asks", "1"}},
          .space = fixture_space(),
          .goal = fixture_goal(),
          .seed = 11};
}

Study empty_study(const SearchSpace& space, const GoalInfo& goal) {
  const StudyDefinition definition{std::string(32, '0'), 0, space, goal, {}, {}, {}, {}};
  Study study;
  study.apply(StudyCreated{definition.to_json()});
  study.apply(EpochStarted{EpochNumber{1}, 0, "{}"});
  return study;
}

// Adds a finished trial.
void finish_one(Study& study, Cause cause = Cause::value) {
  const TrialId id{study.trial_count()};
  const SearchSpace& space = study.space();
  study.apply(TrialAdded{Origin::enqueued, {id, space.sample(1, id.value), {9}, std::nullopt, ""}});
  study.apply(AttemptStarted{id, 1, RankId{0}, 0});
  AttemptEnded ended;
  ended.trial = id;
  ended.cause = cause;
  if (cause == Cause::value) {
    ended.values = {0.5};
    ended.constraints = {0};
  }
  study.apply(ended);
}

TEST(StrategyHost, AnswersWithSuggestionsInTheSpace) {
  const Study study = empty_study(fixture_space(), fixture_goal());
  StrategyHost host(strategy_setup("none"));

  host.ask(study, {.ask = AskNumber{0}, .want = 3, .pending = {}});
  const StrategyAnswer answer = host.wait();

  EXPECT_FALSE(host.asking());
  EXPECT_FALSE(answer.exhausted);
  ASSERT_THAT(answer.suggestions, SizeIs(3));
  EXPECT_EQ(answer.suggestions[2].configuration, fixture_space().sample(11, 2));
  EXPECT_THAT(answer.suggestions[2].fidelities, ElementsAre(9));
  EXPECT_EQ(answer.suggestions[2].parent, std::nullopt);
}

TEST(StrategyHost, TellsAllNewResultsInOneCallBeforeTheAsk) {
  Study study = empty_study(fixture_space(), fixture_goal());
  for (int i = 0; i < 5; ++i) finish_one(study);
  StrategyHost host(strategy_setup("none"));

  host.tell(study, std::span(study.finished()).first(2));
  host.tell(study, std::span(study.finished()).subspan(2));
  host.ask(study, {.ask = AskNumber{0}, .pending = {TrialId{3}, TrialId{4}}});

  EXPECT_EQ(host.wait().suggestions.front().note, R"({"tells": 1, "told": 5, "pending": 2})");
  EXPECT_EQ(host.describe_model(), R"({"told": 5})");
}

TEST(StrategyHost, SaysThatTheStrategyIsExhausted) {
  const Study study = empty_study(fixture_space(), fixture_goal());
  StrategyHost host(strategy_setup("exhausted"));
  host.ask(study, {.ask = AskNumber{0}, .pending = {}});

  EXPECT_TRUE(host.wait().exhausted);
}

TEST(StrategyHost, TakesAHundredThousandResults) {
  std::string parameters;
  for (int i = 0; i < 20; ++i)
    parameters += (i > 0 ? "," : "") + std::string(R"({"name": "p)") + std::to_string(i) +
                  R"(", "type": "float", "low": 0, "high": 1})";
  const SearchSpace space = SearchSpace::from_json("{\"parameters\": [" + parameters + "]}", "the test");
  Study study = empty_study(space, fixture_goal());
  for (int i = 0; i < 100'000; ++i) finish_one(study);
  StrategySetup setup = strategy_setup("none");
  setup.space = space;
  StrategyHost host(setup);

  host.tell(study, study.finished());
  host.ask(study, {.ask = AskNumber{0}, .pending = {}});

  EXPECT_THAT(host.wait().suggestions.front().note, HasSubstr("\"told\": 100000"));
}

struct StrategyDeed {
  std::string misbehave;
  std::string message;
};

void PrintTo(const StrategyDeed& deed, std::ostream* out) {
  *out << deed.misbehave;
}

class BadStrategy : public ::testing::TestWithParam<StrategyDeed> {};

TEST_P(BadStrategy, IsNamedWithTheAskAndItsFault) {
  const Descendants descendants(GetParam().misbehave);
  {
    Study study = empty_study(fixture_space(), fixture_goal());
    finish_one(study, Cause::crash);
    StrategySetup setup = strategy_setup(GetParam().misbehave, 1);
    if (GetParam().misbehave == "hang") setup.ask_timeout_s = 10;
    StrategyHost host(setup);

    std::string message;
    try {
      host.ask(study, {.ask = AskNumber{0}, .pending = {}});
      host.wait();
      host.tell(study, study.finished());
      host.ask(study, {.ask = AskNumber{1}, .pending = {}});
      host.wait();
    } catch (const PluginError& error) {
      message = error.what();
    }

    EXPECT_THAT(message, HasSubstr("strategy 'misbehaving_strategy' (/"));
    EXPECT_THAT(message, HasSubstr("), at ask 1, "));
    EXPECT_THAT(message, HasSubstr(GetParam().message));
  }
  EXPECT_THAT(descendants.left(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Plugins, BadStrategy,
    ::testing::Values(StrategyDeed{"outside", "outside the space (x = "}, StrategyDeed{"nan", "outside the space"},
                      StrategyDeed{"bad_note", "no JSON object"},
                      StrategyDeed{"bad_parent", "trial 1000000, which does not exist"},
                      StrategyDeed{"bad_fidelity", "fidelity rounds = -1 (allowed is 1 to 9)"},
                      StrategyDeed{"too_many", "suggested 1000 configurations, asked for 1"},
                      StrategyDeed{"segfault", "crashed (SIGSEGV)"}, StrategyDeed{"exit", "called exit(0)"},
                      StrategyDeed{"throw", "failed in ask(): the kernel matrix is not positive definite"},
                      StrategyDeed{"throw_in_tell", "failed in tell(): cannot fit"},
                      StrategyDeed{"throw_on_failures", "failed in tell(): a failed trial"},
                      StrategyDeed{"hang", "did not answer within"}),
    [](const auto& deed) { return deed.param.misbehave; });

TEST(StrategyHost, TellsAUsersMistakeFromAPluginsFault) {
  const Study study = empty_study(fixture_space(), fixture_goal());
  StrategyHost mistaken(strategy_setup("user_mistake"));
  StrategyHost crashing(strategy_setup("segfault_in_create"));
  mistaken.ask(study, {.ask = AskNumber{0}, .pending = {}});
  crashing.ask(study, {.ask = AskNumber{0}, .pending = {}});

  EXPECT_THROW(mistaken.wait(), UserError);
  EXPECT_THROW(crashing.wait(), PluginError);
}

TEST(StrategyHost, RefusesAnObjective) {
  StrategySetup setup = strategy_setup("none");
  setup.launch = launch("misbehaving_objective");
  StrategyHost host(setup);
  host.ask(empty_study(fixture_space(), fixture_goal()), {.ask = AskNumber{0}, .pending = {}});

  EXPECT_THROW(host.wait(), UserError);
}

}  // namespace
}  // namespace tuner::testing
