// The program as a shell meets it: exit codes, and which stream says what.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <sys/wait.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/error.h"
#include "mpi_runner/exit_code.h"

namespace tuner {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

struct Ended {
  int code = -1;
  std::string output;
};

// `arguments` as a shell reads them.
Ended tuner_with(const std::string& arguments) {
  FILE* pipe = popen((TUNER_PROGRAM " " + arguments).c_str(), "r");
  Ended ended;
  std::array<char, 4096> buffer{};
  while (const std::size_t size = fread(buffer.data(), 1, buffer.size(), pipe))
    ended.output.append(buffer.data(), size);
  ended.code = WEXITSTATUS(pclose(pipe));
  return ended;
}

TEST(Program, SaysWhatItIs) {
  const Ended ended = tuner_with("--version");

  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.output, AllOf(StartsWith("tuner 1."), HasSubstr("plugin ABI  1."), HasSubstr("\nHDF5        1."),
                                  HasSubstr("\nMPI         ")));
}

TEST(Program, HelpListsCommandsAndGroupsOfOptions) {
  const Ended ended = tuner_with("--help");

  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.output,
              AllOf(HasSubstr("\n  show  "), HasSubstr("--trial-timeout TIME"), HasSubstr("Exit codes: 0")));
}

TEST(Program, EveryCommandHasHelp) {
  for (const char* command : {"show", "best", "status", "export", "refit", "verify", "replay", "ask-tell", "plugins",
                              "describe", "evaluate", "check-plugin"}) {
    const Ended ended = tuner_with(std::string(command) + " --help");

    EXPECT_EQ(ended.code, 0) << command;
    EXPECT_THAT(ended.output, StartsWith(std::string("usage: tuner ") + command));
  }
}

TEST(Program, EndsWithItsCodeWhereNobodyCanReadWhy) {
  EXPECT_EQ(tuner_with("shwo study.h5 2>/dev/full").code, 1);
  EXPECT_EQ(tuner_with("shwo study.h5 2>&-").code, 1);
}

TEST(Program, SuggestsCommands) {
  const Ended ended = tuner_with("shwo study.h5 2>&1");

  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(ended.output, "tuner: unknown command 'shwo'. Did you mean 'show'?\n");
}

TEST(Program, AStudyIsNoCommand) {
  EXPECT_THAT(tuner_with("churn.h5 2>&1").output, HasSubstr("'churn.h5' is no command. Try `tuner show churn.h5`"));
}

TEST(Program, MistakesGoToStandardError) {
  const Ended ended = tuner_with("show /nowhere/study.h5 2>/dev/null");

  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(ended.output, "");
}

TEST(Program, AFileThatIsNoStudyIsTheUsersMistake) {
  const std::string file = testing::TempDir() + "main_test_no_study.h5";
  std::ofstream(file) << "this is no study";

  const Ended ended = tuner_with("show " + file + " 2>&1");
  std::filesystem::remove(file);

  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.output, StartsWith("tuner: "));
}

TEST(ExitCode, TellsWhoCanMendIt) {
  EXPECT_EQ(guarded([]() -> int { return 7; }), 7);
  EXPECT_EQ(guarded([]() -> int { throw UserError("x"); }), 1);
  EXPECT_EQ(guarded([]() -> int { throw PluginError("x"); }), 2);
  EXPECT_EQ(guarded([]() -> int { throw DamagedStudy("x"); }), 3);
  EXPECT_EQ(guarded([]() -> int { throw Interrupted("x"); }), 4);
  EXPECT_EQ(guarded([]() -> int { throw std::runtime_error("x"); }), 1);
}

}  // namespace
}  // namespace tuner
