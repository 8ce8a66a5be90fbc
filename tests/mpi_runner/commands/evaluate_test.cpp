#include "tests/mpi_runner/commands/command_test.h"
#include "tests/mpi_runner/commands/fixtures.h"

namespace tuner {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

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
  EXPECT_THAT(
      [&] {
        evaluate({"--fidelity", "round=1"});
      },
      testing::ThrowsMessage<UserError>(
          HasSubstr("--fidelity: the plugin has no fidelity 'round'. Did you mean 'rounds'?")));
}

TEST_F(Evaluate, NeedsAPlugin) {
  EXPECT_THAT(refusal("evaluate", {"--at", "x=1"}), HasSubstr("--plugin is missing"));
}

}  // namespace
}  // namespace tuner
