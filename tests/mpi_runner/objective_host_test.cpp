#include "mpi_runner/objective_host.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "core/error.h"
#include "tests/mpi_runner/plugin_host/host_testing.h"

namespace tuner::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;

pid_t parent_of(pid_t process) {
  std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
  std::string word;
  pid_t parent = 0;
  stat >> word >> word >> word >> parent;  // number, (name), state
  return parent;
}

// Waits for the next events of a host.
std::vector<Event> next_events(ObjectiveHost& host) {
  std::vector<Event> events = host.advance();
  for (const Patience patience; events.empty() && !patience.over(); events = host.advance()) wait_for_something(host);
  return events;
}

TEST(ObjectiveHost, EvaluatesATrial) {
  ObjectiveHost host(fixture_setup(misbehave("none")));

  const AttemptEnded ended = evaluate(host, trial(5));

  EXPECT_EQ(ended.trial, TrialId{5});
  EXPECT_EQ(ended.attempt, 1U);
  EXPECT_EQ(ended.cause, Cause::value) << ended.message;
  EXPECT_THAT(ended.values, ElementsAre(kGoodValue));
  EXPECT_THAT(ended.constraints, ElementsAre(0));
  EXPECT_GT(ended.duration_s, 0);
  EXPECT_TRUE(host.ready());
}

TEST(ObjectiveHost, StreamsReportsAndKeepsTheLastNoteOfEachKey) {
  ObjectiveSetup setup = fixture_setup(misbehave("report"));
  std::string logged;
  setup.on_log = [&](tuner_log_level level, std::string_view text) {
    logged += std::to_string(level) + std::string(text);
  };
  ObjectiveHost host(setup);

  const std::vector<Event> events = run(host, trial(0));

  ASSERT_THAT(events, SizeIs(4));
  EXPECT_EQ(std::get<Reported>(events[2]).step, 2);
  EXPECT_EQ(std::get<Reported>(events[2]).value, 0.5);
  EXPECT_THAT(std::get<AttemptEnded>(events[3]).notes, ElementsAre(Pair("trees", 12), Pair("seconds", 1.5)));
  EXPECT_EQ(logged, "2three steps");
}

TEST(ObjectiveHost, TakesAHundredThousandReports) {
  ObjectiveHost host(fixture_setup(misbehave("report_without_end")));

  EXPECT_THAT(run(host, trial(0)), SizeIs(100'001));
}

TEST(ObjectiveHost, MakesTheTrialsFolderOnceForAllAttempts) {
  const ObjectiveSetup setup = fixture_setup(misbehave("write_folder", -1));
  ObjectiveHost host(setup);

  Assignment assignment = trial(12);
  EXPECT_EQ(evaluate(host, assignment).cause, Cause::value);
  assignment.attempt = 2;
  EXPECT_EQ(evaluate(host, assignment).cause, Cause::value);

  std::string attempts;
  std::ifstream(setup.trials_directory / "12" / "attempts") >> attempts;
  EXPECT_EQ(attempts, "12");
  fs::remove_all(setup.trials_directory);
}

TEST(ObjectiveHost, AppendsTheLastLinesOfOutputAndDisarmsThem) {
  ObjectiveHost host(fixture_setup(misbehave("print_and_segfault")));

  const AttemptEnded ended = evaluate(host, trial(0));

  EXPECT_THAT(ended.message, AllOf(HasSubstr("crashed (SIGSEGV)\nlast output:\nreading the data"),
                                   HasSubstr("dividing by zero"), Not(HasSubstr("\x1b"))));
}

TEST(ObjectiveHost, ShowsOnlyTheOutputOfTheTrialThatFailed) {
  ObjectiveHost host(fixture_setup(misbehave("print_and_segfault")));
  evaluate(host, trial(0));

  EXPECT_EQ(evaluate(host, trial(1)).message, "");
}

TEST(ObjectiveHost, AsksARunningTrialToStop) {
  ObjectiveHost host(fixture_setup(misbehave("wait_for_stop", -1)));
  const auto stopped_by = [&](tuner_stop_reason reason, std::uint64_t number) {
    host.start(trial(number));
    host.stop(reason);
    std::vector<Event> events;
    while (host.busy()) events = next_events(host);
    return std::get<AttemptEnded>(events.back()).cause;
  };

  EXPECT_EQ(stopped_by(TUNER_STOP_PRUNE, 0), Cause::pruned);
  EXPECT_EQ(stopped_by(TUNER_STOP_CANCEL, 1), Cause::preempted);
}

// One attempt may be late because this machine stood still.
bool has_value_in_the_end(ObjectiveHost& host) {
  for (std::uint64_t attempt = 0; attempt < 5; ++attempt)
    if (evaluate(host, trial(2 + attempt)).cause == Cause::value) return true;
  return false;
}

TEST(ObjectiveHost, ASilentTrialIsKilledAndItsMessageSaysWhereItHung) {
  for (const char* how : {"hang", "sleep_ignoring_term", "print_and_hang"}) {
    ObjectiveSetup setup = fixture_setup(misbehave(how, 1));
    setup.hang_after_s = 3;
    ObjectiveHost host(setup);
    evaluate(host, trial(0));

    const AttemptEnded ended = evaluate(host, trial(1));

    EXPECT_EQ(ended.cause, Cause::timeout);
    EXPECT_THAT(ended.message, AllOf(HasSubstr("said nothing for 3 s"), HasSubstr("misbehaving_objective.so("),
                                     HasSubstr("(end of stack)")));
    EXPECT_EQ(std::string(how) == "print_and_hang", ended.message.ends_with("last output:\nreading the data"));
    EXPECT_TRUE(has_value_in_the_end(host));
  }
}

TEST(ObjectiveHost, ATrialThatSaysSomethingNowAndThenHasNotHung) {
  ObjectiveSetup setup = fixture_setup(misbehave("speak_now_and_then", -1));
  setup.hang_after_s = 5;
  ObjectiveHost host(setup);

  EXPECT_TRUE(has_value_in_the_end(host));
}

TEST(ObjectiveHost, APluginThatCannotShowItsStackIsKilledAllTheSame) {
  ObjectiveSetup setup = fixture_setup(misbehave("hang_ignoring_quit", -1));
  setup.hang_after_s = 3;
  ObjectiveHost host(setup);

  const AttemptEnded ended = evaluate(host, trial(0));

  EXPECT_EQ(ended.cause, Cause::timeout);
  EXPECT_THAT(ended.message, HasSubstr("where it was is not known"));
}

TEST(ObjectiveHost, StopThatComesTooLateDoesNotStopTheNextTrial) {
  ObjectiveHost host(fixture_setup(misbehave("wait_for_stop", 1)));
  host.start(trial(0));
  host.stop(TUNER_STOP_PRUNE);  // this trial never looks
  next_events(host);

  host.start(trial(1));

  EXPECT_TRUE(std::holds_alternative<Reported>(next_events(host).front()));
  EXPECT_TRUE(host.busy());
}

// Its guard tells it, which may come later than the plugin's first words.
pid_t known_pid(ObjectiveHost& host) {
  for (const Patience patience; host.host_pid() <= 0 && !patience.over();) {
    wait_for_something(host);
    host.advance();
  }
  if (host.host_pid() <= 0) throw std::runtime_error("the host's process never became known");
  return host.host_pid();
}

TEST(ObjectiveHost, ReplacesAHostThatDiedBetweenTrials) {
  ObjectiveHost host(fixture_setup(misbehave("none")));
  EXPECT_EQ(evaluate(host, trial(0)).cause, Cause::value);
  const pid_t first = known_pid(host);

  kill(first, SIGKILL);
  for (const Patience patience; host.host_pid() == first && !patience.over();) {
    wait_for_something(host);
    host.advance();
  }

  EXPECT_EQ(evaluate(host, trial(1)).cause, Cause::value);
  EXPECT_NE(host.host_pid(), first);
}

TEST(ObjectiveHost, KillsWhatAGuardLeavesThatIsKilledWhileItEnds) {
  const Descendants descendants("departing");
  pid_t guard = 0;
  {
    ObjectiveHost host(fixture_setup(misbehave("orphan")));
    EXPECT_EQ(evaluate(host, trial(0)).cause, Cause::value);
    guard = parent_of(known_pid(host));
  }
  kill(guard, SIGKILL);
  siginfo_t ended;
  waitid(P_PID, static_cast<id_t>(guard), &ended, WEXITED | WNOWAIT);

  { ObjectiveHost next(fixture_setup(misbehave("none"))); }

  EXPECT_THAT(descendants.left(), IsEmpty());
}

TEST(ObjectiveHost, SaysThatAHostWasKilledFromOutside) {
  ObjectiveHost host(fixture_setup(misbehave("wait_for_stop")));
  host.start(trial(0));
  next_events(host);  // it reports that it runs

  kill(known_pid(host), SIGKILL);

  EXPECT_THAT(std::get<AttemptEnded>(next_events(host).back()).message, HasSubstr("was killed by SIGKILL"));
}

TEST(ObjectiveHost, KeepsTheLaunchersVariablesAndTheRanksDescriptorsFromThePlugin) {
  setenv("OMPI_COMM_WORLD_RANK", "3", 1);
  setenv("PMIX_NAMESPACE", "none", 1);
  ObjectiveSetup setup = fixture_setup(misbehave("note_environment"));
  setup.launch.threads = 3;
  const int leaked = dup(0);  // as MPI's are: not close-on-exec
  ObjectiveHost host(setup);

  const AttemptEnded ended = evaluate(host, trial(0));

  // stdin, stdout, stderr, the socket, and the folder that is being listed.
  EXPECT_THAT(ended.notes,
              ElementsAre(Pair("launcher", 0), Pair("threads", 3), Pair("passive", 1), Pair("descriptors", 5)));
  close(leaked);
  unsetenv("OMPI_COMM_WORLD_RANK");
  unsetenv("PMIX_NAMESPACE");
}

TEST(ObjectiveHost, LetsAPluginStartMpirun) {
  setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
  setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "OMPI_MCA_orte_ess_num_procs", "PMIX_RANK", "SLURM_JOBID"})
    setenv(name, "1", 1);
  ObjectiveHost host(fixture_setup(misbehave("run_mpirun")));

  const AttemptEnded ended = evaluate(host, trial(0));

  EXPECT_THAT(ended.notes, ElementsAre(Pair("status", 0)));
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "OMPI_MCA_orte_ess_num_procs", "PMIX_RANK", "SLURM_JOBID"})
    unsetenv(name);
}

TEST(ObjectiveHost, SignalsToTheWholeJobDoNotEndATrial) {
  ObjectiveHost host(fixture_setup(misbehave("wait_for_stop")));
  host.start(trial(0));
  next_events(host);  // it reports that it runs

  const pid_t process = known_pid(host);
  for (const int number : {SIGTERM, SIGUSR1, SIGINT, SIGHUP}) kill(process, number);
  host.stop(TUNER_STOP_PRUNE);

  EXPECT_EQ(std::get<AttemptEnded>(next_events(host).back()).cause, Cause::pruned);
}

void run_until_ready(ObjectiveHost& host) {
  for (const Patience patience; !host.ready() && !patience.over(); wait_for_something(host)) host.advance();
}

TEST(ObjectiveHost, TellsAUsersMistakeFromAPluginsFault) {
  ObjectiveHost mistaken(fixture_setup(misbehave("user_mistake", -1, "create")));
  ObjectiveHost failing(fixture_setup(misbehave("throw", -1, "create")));
  ObjectiveHost crashing(fixture_setup(misbehave("segfault", -1, "create")));

  EXPECT_THROW(run_until_ready(mistaken), UserError);
  EXPECT_THROW(run_until_ready(failing), PluginError);
  EXPECT_THROW(run_until_ready(crashing), PluginError);
}

TEST(ObjectiveHost, StartsAPluginAgainThatDiesWhileItIsCreatedButNotForEver) {
  ObjectiveHost host(fixture_setup(misbehave("hang", -1, "create")));
  const auto turn_while = [&](auto&& condition) {
    for (const Patience patience; condition() && !patience.over();) {
      wait_for_something(host);
      host.advance();
    }
  };
  const auto killed_while_created = [&] {
    turn_while([&] { return host.host_pid() == 0; });
    const pid_t killed = host.host_pid();
    if (killed <= 0) return;
    kill(killed, SIGKILL);
    turn_while([&] { return host.host_pid() == killed; });
  };

  killed_while_created();
  killed_while_created();

  EXPECT_THROW(killed_while_created(), PluginError);
}

TEST(ObjectiveHost, GivesUpOnAPluginThatIsNeverCreated) {
  ObjectiveSetup setup = fixture_setup(misbehave("hang", -1, "create"));
  setup.launch.start_timeout_s = 0.2;
  ObjectiveHost host(setup);

  EXPECT_THROW(run_until_ready(host), PluginError);
}

TEST(ObjectiveHost, FencesFunctionsThatThrowAcrossTheCLine) {
  ObjectiveSetup setup = fixture_setup({});
  setup.launch.plugin = fixture("throws_across");
  setup.goal = {.objectives = {{.name = "loss"}}, .constraints = {}, .fidelities = {}};
  ObjectiveHost host(setup);

  EXPECT_THAT(evaluate(host, trial(0)).message, HasSubstr("thrown across the C line"));
  EXPECT_THAT(evaluate(host, trial(1)).message, HasSubstr("crossed the C line: out of luck"));
  EXPECT_THAT(evaluate(host, trial(2)).message, HasSubstr("status 17"));
  EXPECT_THAT(evaluate(host, trial(3)).message, HasSubstr("objective 'loss' is nan"));
}

// In place of gdb, a program that starts what it is given without a word.
TEST(ObjectiveHost, RunsUnderADebuggerWithoutTimeOuts) {
  const fs::path folder = fs::temp_directory_path() / ("tuner-gdb-test-" + std::to_string(getpid()));
  fs::create_directories(folder);
  std::ofstream(folder / "gdb") << "#!/bin/sh\ntest \"$1\" = --args || exit 1\nshift\nexec \"$@\"\n";
  fs::permissions(folder / "gdb", fs::perms::owner_all);
  const std::string path = getenv("PATH");
  setenv("PATH", (folder.string() + ":" + path).c_str(), 1);
  {
    ObjectiveSetup setup = fixture_setup(misbehave("segfault", 1));
    setup.launch.debugger = HostLaunch::Debugger::gdb;
    setup.trial_timeout_s = 1e-6;
    ObjectiveHost host(setup);

    EXPECT_THAT(evaluate(host, trial(0)).values, ElementsAre(kGoodValue));
    EXPECT_THAT(evaluate(host, trial(1)).message, HasSubstr("ended under the debugger"));
  }
  setenv("PATH", path.c_str(), 1);
  fs::remove_all(folder);
}

TEST(ObjectiveHost, LeavesNoDescriptorsBehind) {
  const auto open_descriptors = [] { return std::distance(fs::directory_iterator("/proc/self/fd"), {}); };
  const auto before = open_descriptors();
  {
    ObjectiveHost host(fixture_setup(misbehave("segfault", -1)));
    for (std::uint64_t number = 0; number < 5; ++number) evaluate(host, trial(number));
  }
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace tuner::testing
