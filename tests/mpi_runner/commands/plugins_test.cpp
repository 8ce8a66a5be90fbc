#include "tests/mpi_runner/commands/command_test.h"

namespace tuner {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class Plugins : public test::CommandTest {};

TEST_F(Plugins, ListsWhatIsFoundByName) {
  const std::string text = run("plugins", {});

  EXPECT_THAT(text, AllOf(HasSubstr("\nrandom"), HasSubstr("  strategy  "), HasSubstr("TUNER_PLUGIN_PATH")));
}

}  // namespace
}  // namespace tuner
