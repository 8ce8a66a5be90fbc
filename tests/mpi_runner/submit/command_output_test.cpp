#include "mpi_runner/submit/command_output.h"

#include <gtest/gtest.h>

namespace tuner {
namespace {

TEST(CommandOutput, GivesEveryWordAsItIs) {
  const std::vector<std::string> words = {"a b", "it's", "$HOME", "`id`", "*", "", "\\", "\"", "a\nb", "é", "~", "#"};
  for (const std::string& word : words) EXPECT_EQ(command_output({"printf", "%s", word}).text, word);
}

TEST(CommandOutput, TellsHowTheProgramEnded) {
  EXPECT_EQ(command_output({"sh", "-c", "echo out; echo err >&2; exit 3"}).exit_code, 3);
  EXPECT_EQ(command_output({"sh", "-c", "echo out; echo err >&2; exit 3"}).text, "out\nerr\n");
  EXPECT_EQ(command_output({"sh", "-c", "kill -KILL $$"}).exit_code, 128 + 9);
  EXPECT_EQ(command_output({"no-such-program"}).exit_code, 127);
}

}  // namespace
}  // namespace tuner
