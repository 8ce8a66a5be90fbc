#include "tests/mpi_runner/commands/command_test.h"

namespace tuner {
namespace {

using test::StudyEvents;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Show : public test::CommandTest {
 protected:
  // Three complete trials, one that crashed, one that waits.
  static StudyEvents small_study() {
    StudyEvents events;
    events.epoch();
    events.completed(events.started(events.enqueued({0.3, 4, 0, kInactive})), {0.5});
    events.ran({0.1, 6, 1, 0.25}, 0.125);
    events.ran({0.2, 5, 0, kInactive}, 0.25);
    events.failed(events.started(events.suggested({0.9, 8, 0, kInactive})), Cause::crash,
                  "crashed (SIGSEGV)\nlast line");
    events.suggested({0.7, 7, 0, kInactive}, R"({"why": "curious"})");
    return events;
  }
};

TEST_F(Show, PrintsFactsAndTrials) {
  write(small_study());

  const std::string text = run("show", {study_file()});

  EXPECT_THAT(text, HasSubstr("objective  xgb 1.0, 4 parameters: minimize logloss\n"));
  EXPECT_THAT(text, HasSubstr("4 finished (3 complete, 0 pruned, 1 failed), 0 running, 1 waiting"));
  EXPECT_THAT(text, HasSubstr("best       trial 1: logloss = 0.125\n"));
  EXPECT_THAT(text, HasSubstr("trial  state     logloss  duration  cause  eta  depth  booster  rate_drop\n"
                              "    0  complete      0.5     2.0 s         0.3      4  gbtree           -\n"
                              "    1  complete    0.125     2.0 s         0.1      6  dart          0.25\n"));
  EXPECT_THAT(text, HasSubstr("    3  failed          -     1.0 s  crash  0.9      8  gbtree           -\n"));
  EXPECT_EQ(code(), 0);
}

TEST_F(Show, SortsByValueWithTrialsWithoutOneAtTheEnd) {
  write(small_study());

  const std::string text = run("show", {study_file(), "--sort", "value", "--columns", "trial"});

  EXPECT_THAT(text, HasSubstr("trial\n    1\n    2\n    0\n    3\n    4\n"));
}

TEST_F(Show, PicksTheBestOrTheLast) {
  write(small_study());

  EXPECT_THAT(run("show", {study_file(), "--best", "2", "--columns", "trial"}), HasSubstr("trial\n    1\n    2\n"));
  EXPECT_THAT(run("show", {study_file(), "--best", "2"}), Not(HasSubstr("failed  ")));
  EXPECT_THAT(run("show", {study_file(), "--last", "2", "--columns", "trial"}), HasSubstr("trial\n    3\n    4\n"));
  EXPECT_THAT(run("show", {study_file(), "--last", "99", "--columns", "trial"}), HasSubstr("trial\n    0\n    1\n"));
}

TEST_F(Show, TellsWhereTheCoreTimeWent) {
  write(small_study());

  const std::string text = run("show", {study_file(), "--ledger"});

  EXPECT_THAT(text, HasSubstr("trials with a value, and pruned ones"));
  EXPECT_THAT(text, HasSubstr("lost to crashes, preemption and ranks that were gone"));
  EXPECT_THAT(text, ::testing::ContainsRegex("together +[0-9.]+ core-s +100.00 % +100.00 %"));
}

TEST_F(Show, TellsWhoAskedForWhat) {
  StudyEvents events;
  events.epoch();
  events.add(Requested{RequestKind::enqueue, 1e9, "ada@login1, pid 7", "eta=0.1"});
  events.add(Requested{RequestKind::stop_now, 2e9, "bob@login2, pid 8", ""});
  write(events);

  const std::string text = run("show", {study_file(), "--requests"});

  EXPECT_THAT(text, ::testing::ContainsRegex(" 1 +2001-09-0[89] [0-9:]+ +enqueue eta=0.1 +ada@login1, pid 7\n"));
  EXPECT_THAT(text, ::testing::ContainsRegex(" 1 +2033-05-1[78] [0-9:]+ +stop --now +bob@login2, pid 8\n"));
}

TEST_F(Show, TheLedgerOfAnOpenRunGoesUpToItsLastSignOfLife) {
  StudyEvents events;
  events.epoch(R"({"ranks": 1})");
  events.started(events.suggested({0.1, 6, 0, kInactive}));  // years ago
  auto store = recorded(events);

  EXPECT_THAT(run("show", {study_file(), "--ledger"}), HasSubstr("trials that have not ended yet"));
  store->leave();
  EXPECT_THAT(run("show", {study_file(), "--ledger"}), HasSubstr("lost to crashes, preemption"));
}

TEST_F(Show, SaysWhichColumnsDoNotFit) {
  write(small_study());
  width = 45;

  EXPECT_THAT(run("show", {study_file()}), HasSubstr("more columns do not fit here"));
}

TEST_F(Show, SuggestsColumnNames) {
  write(small_study());

  EXPECT_THAT(refusal("show", {study_file(), "--columns", "trial,dept"}),
              HasSubstr("the study has no column 'dept'. Did you mean 'depth'?"));
}

TEST_F(Show, RefusesUnknownOrdersAndTrials) {
  write(small_study());

  EXPECT_THAT(refusal("show", {study_file(), "--sort", "eta"}), HasSubstr("--sort = 'eta' is not an order. Known are"));
  EXPECT_THAT(refusal("show", {study_file(), "--sort", "vlaue"}), HasSubstr("Did you mean 'value'?"));
  EXPECT_THAT(refusal("show", {study_file(), "--trial", "5"}), HasSubstr("the study has 5 trials, counted from 0"));
}

TEST_F(Show, ATrialThatIsGivenUpHasNoAttemptMore) {
  StudyEvents events = small_study();
  const TrialId waiting{4};
  events.failed(events.started(waiting), Cause::lost, "rank 3 said nothing for 60 s");
  events.add(Suspected{waiting, 1'700'000'200, "it was running when its rank died"});
  write(events);

  const std::string text = run("show", {study_file(), "--trial", "4"});

  EXPECT_THAT(text, HasSubstr("\n    rank 3 said nothing for 60 s\ngiven up at "));
  EXPECT_THAT(text, HasSubstr(": it was running when its rank died\nconfiguration\n"));
}

TEST_F(Show, TellsATrialsWholeStory) {
  StudyEvents events = small_study();
  const TrialId waiting{4};
  events.failed(events.started(waiting), Cause::lost, "rank 3 said nothing for 60 s");
  events.started(waiting);
  events.add(Reported{waiting, 2, 1, 0.75});
  AttemptEnded end{waiting, 2, Cause::value, 1'700'000'100, 12, {0.0625}, {}, {{"trees", 40}}, ""};
  events.add(end);
  write(events);

  const std::string text = run("show", {study_file(), "--trial", "4"});

  EXPECT_THAT(text, HasSubstr("trial 4: complete, the best\n"
                              "origin: strategy (ask 3), chosen with 4 results known and 0 trials pending\n"
                              "attempt 1: lost, rank 1, from "));
  EXPECT_THAT(text, HasSubstr("\n    rank 3 said nothing for 60 s\nattempt 2: value, rank 1, started "));
  EXPECT_THAT(text, AllOf(HasSubstr(", took 12 s\n"), HasSubstr("  eta                0.7\n"),
                          HasSubstr("  rate_drop          inactive\n"), HasSubstr("  logloss            0.0625\n"),
                          HasSubstr("attempt 2, step 1      0.75\n"), HasSubstr("  trees              40\n"),
                          HasSubstr("why the strategy chose it\n  why                        curious\n")));
}

TEST_F(Show, DisarmsTextsOfTheFile) {
  StudyDefinition definition = test::small_definition();
  definition.objective.name = "evil\x1b[2J";
  StudyEvents events(definition);
  events.epoch();
  events.failed(events.started(events.suggested({0.9, 8, 0, kInactive})), Cause::crash, "\x1b]0;title\x07");
  write(events);

  EXPECT_THAT(run("show", {study_file()}), AllOf(HasSubstr("evil\\x1b[2J"), Not(HasSubstr("\x1b"))));
  EXPECT_THAT(run("show", {study_file(), "--trial", "0"}),
              AllOf(HasSubstr("\\x1b]0;title\\x07"), Not(HasSubstr("\x1b"))));
}

TEST_F(Show, ReadsAStudyThatRuns) {
  const auto store = recorded(small_study());

  EXPECT_THAT(run("show", {study_file()}), HasSubstr("4 finished"));
}

TEST_F(Show, SaysWhatIsInfeasible) {
  StudyDefinition definition = test::small_definition();
  definition.goal.constraints = {"memory"};
  StudyEvents events(definition);
  events.epoch();
  events.completed(events.started(events.suggested({0.9, 8, 0, kInactive})), {0.1}, {5});
  write(events);

  EXPECT_THAT(run("show", {study_file()}), HasSubstr("    0  infeasible      0.1       5"));
}

TEST_F(Show, NeedsAStudyThatIsThere) {
  EXPECT_THAT(refusal("show", {}), HasSubstr("STUDY is missing"));
  EXPECT_THAT(refusal("show", {folder() / "none.h5"}), HasSubstr("there is no study"));
}

}  // namespace
}  // namespace tuner
