#include "tests/mpi_runner/commands/command_test.h"
#include "tests/mpi_runner/commands/fixtures.h"

namespace tuner {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class CheckPlugin : public test::CommandTest {};

TEST_F(CheckPlugin, AcceptsAPluginThatKeepsTheContract) {
  EXPECT_THAT(run("check-plugin", {"random"}), AllOf(HasSubstr("keeps the contract"), Not(HasSubstr("FAILED"))));
  EXPECT_EQ(code(), 0);
}

TEST_F(CheckPlugin, NamesWhatAPluginBreaks) {
  EXPECT_THAT(run("check-plugin", {kMisbehaving, "--set", "misbehave=segfault"}), HasSubstr("FAILED"));
  EXPECT_EQ(code(), 2);
}

}  // namespace
}  // namespace tuner
