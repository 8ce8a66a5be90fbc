#include <ctime>

#include "tests/mpi_runner/commands/command_test.h"

namespace tuner {
namespace {

using test::StudyEvents;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Status : public test::CommandTest {
 protected:
  static StudyEvents with_trials(int count) {
    StudyEvents events;
    events.epoch();
    for (int i = 0; i < count; ++i) events.ran({0.1, 6, 0, kInactive}, 1.0 / (i + 1));
    return events;
  }
  std::string status() { return run("status", {study_file(), "--exit-code"}); }
};

TEST_F(Status, FinishedStudyIsDone) {
  write(with_trials(10).said_goodbye());

  EXPECT_THAT(status(), HasSubstr("finished: 10 trials are done\n"));
  EXPECT_EQ(code(), 0);
}

TEST_F(Status, StudyThatSaidGoodbyeEarlyIsToBeResumed) {
  write(with_trials(4).said_goodbye());

  EXPECT_THAT(status(), HasSubstr("ended before its goal, to be resumed"));
  EXPECT_EQ(code(), 4);
}

TEST_F(Status, ExhaustedStrategyEndsAStudy) {
  StudyEvents events = with_trials(4);
  const AskNumber ask = events.study().next_ask();
  events.add(Asked{ask, 1, 4});
  events.add(Answered{ask, 1, {}});
  write(events.said_goodbye());

  status();
  EXPECT_EQ(code(), 0);
}

TEST_F(Status, InterruptedStudyIsToBeResumed) {
  recorded(with_trials(4))->leave();

  EXPECT_THAT(status(), HasSubstr("interrupted, to be resumed\n"));
  EXPECT_EQ(code(), 4);
}

TEST_F(Status, StudyWhoseJournalIsGoneIsDamagedForEveryReader) {
  recorded(with_trials(4))->leave();
  std::filesystem::remove(study_file() + ".journal.1");

  EXPECT_THAT(status(), HasSubstr("damaged: an unknown number of results missing\n"));
  EXPECT_EQ(code(), 3);
  for (const char* reader : {"export", "show", "status", "verify"}) {
    run(reader, {study_file()});
    EXPECT_EQ(code(), 3) << reader;
  }
}

TEST_F(Status, LossIsSaidWithoutClaimingThatAnybodyAcceptedIt) {
  recorded(with_trials(4))->leave();
  std::filesystem::remove(study_file() + ".journal.1");

  ::testing::internal::CaptureStderr();
  status();
  const std::string said = ::testing::internal::GetCapturedStderr();

  EXPECT_THAT(said, HasSubstr("study.h5.journal.1 is missing"));
  EXPECT_THAT(said, HasSubstr("lacks an unknown number of results"));
  EXPECT_THAT(said, Not(HasSubstr("gone on")));
}

TEST_F(Status, LiveStudyRuns) {
  const auto store = recorded(with_trials(4));

  const std::string text = status();

  EXPECT_THAT(text, HasSubstr("running (host "));
  EXPECT_THAT(text, HasSubstr("4 finished (4 complete, 0 pruned, 0 failed), 0 running, 0 waiting, of 10 wanted\n"));
  EXPECT_THAT(text, HasSubstr("best    trial 3: logloss = 0.25 (0 finished trials since then)\n"));
  EXPECT_EQ(code(), 5);
}

TEST_F(Status, LongTrialsKeepTheRanksOfALiveStudyBusy) {
  StudyEvents events;
  events.epoch(R"({"ranks": 1})");
  events.started(events.suggested({0.1, 6, 0, kInactive}));  // years ago
  const auto store = recorded(events);

  EXPECT_THAT(status(), HasSubstr("busy    100 % of the time of its ranks went into trials\n"));
}

TEST_F(Status, LivePausedStudySaysSo) {
  StudyEvents events = with_trials(4);
  events.add(Requested{RequestKind::pause, 0, "ada", ""});
  const auto store = recorded(events);

  EXPECT_THAT(status(), HasSubstr("running, paused (host "));
}

TEST_F(Status, LiveStudySaysThatItStopsOnRequest) {
  StudyEvents events = with_trials(4);
  events.add(Requested{RequestKind::stop, 0, "ada", ""});
  const auto store = recorded(events);

  EXPECT_THAT(status(), AllOf(HasSubstr("running, stopping on request (host "), Not(HasSubstr("at this rate"))));
  EXPECT_EQ(code(), 5);
}

TEST_F(Status, PauseThatOutlivesItsRunIsSaid) {
  StudyEvents events = with_trials(4);
  events.add(Requested{RequestKind::stop, 0, "ada", ""});
  events.add(Requested{RequestKind::pause, 0, "ada", ""});
  events.add(EpochEnded{0, "stopped on request of ada"});
  write(events);

  EXPECT_THAT(status(), AllOf(HasSubstr("stopped on request of ada"), HasSubstr("paused  the next run starts no")));
}

TEST_F(Status, LiveStudySaysWhenItsAllocationEnds) {
  StudyEvents events = with_trials(4);
  const double now_s = static_cast<double>(std::time(nullptr));
  events.add(AllocationSeen{now_s, now_s + 7300, "scontrol show job 7"});
  const auto store = recorded(events);

  EXPECT_THAT(status(), HasSubstr("in 2 h 01 min (scontrol show job 7)\n"));
}

TEST_F(Status, StudyThatCannotGoOnInItsTimeIsNotToBeResumed) {
  StudyEvents events = with_trials(4);
  events.add(Blocked{0, "too short"});
  events.add(EpochEnded{0, "too short"});
  write(events);

  EXPECT_THAT(status(), HasSubstr("cannot go on like this: too short\n"));
  EXPECT_EQ(code(), 2);
}

TEST_F(Status, StudyThatWasStoppedOnRequestIsItsUsersToResume) {
  StudyEvents events = with_trials(4);
  events.add(Requested{RequestKind::stop, 0, "ada", ""});
  events.add(EpochEnded{0, "stopped on request of ada"});
  write(events);

  EXPECT_THAT(status(), HasSubstr("stopped on request of ada, to be resumed\n"));
  EXPECT_EQ(code(), 6);
}

TEST_F(Status, StudyThatWasStartedAgainAfterAStopIsToBeResumed) {
  StudyEvents events = with_trials(4);
  events.add(Requested{RequestKind::stop, 0, "ada", ""});
  events.add(EpochEnded{0, "stopped on request of ada"});
  events.epoch();
  events.add(EpochEnded{0, "drained by signal USR1"});
  write(events);

  status();
  EXPECT_EQ(code(), 4);
}

TEST_F(Status, StudyThatWasStartedAgainSinceIsNotBlocked) {
  StudyEvents events = with_trials(4);
  events.add(Blocked{0, "too short"});
  events.add(EpochEnded{0, "too short"});
  events.epoch();
  recorded(events)->leave();

  status();
  EXPECT_EQ(code(), 4);
}

TEST_F(Status, StudyWhoseTrialsAllFailIsThePluginsFault) {
  StudyEvents events;
  events.epoch();
  for (int i = 0; i < 10; ++i)
    events.failed(events.started(events.suggested({0.9, 8, 0, kInactive})), Cause::exception, "no such file");
  write(events.said_goodbye());

  EXPECT_THAT(status(), HasSubstr("failed: "));
  EXPECT_EQ(code(), 2);
}

TEST_F(Status, ExitCodeIsOnlyOnRequest) {
  write(with_trials(4).said_goodbye());

  run("status", {study_file()});

  EXPECT_EQ(code(), 0);
}

}  // namespace
}  // namespace tuner
