#include <nlohmann/json.hpp>

#include "tests/mpi_runner/commands/command_test.h"
#include "tests/mpi_runner/commands/fixtures.h"

namespace tuner {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

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

}  // namespace
}  // namespace tuner
