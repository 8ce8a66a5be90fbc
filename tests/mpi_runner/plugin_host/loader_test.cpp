#include "mpi_runner/plugin_host/loader.h"

#include <gmock/gmock.h>

#include "core/error.h"

namespace tuner {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string refusal(const std::string& fixture) {
  try {
    load_plugin(std::string(TUNER_FIXTURES) + "/" + fixture);
  } catch (const PluginError& error) {
    return error.what();
  }
  return "it was loaded";
}

TEST(Loader, TellsObjectivesFromStrategies) {
  const std::string fixtures = TUNER_FIXTURES;
  EXPECT_TRUE(std::holds_alternative<tuner_objective_v1_t>(load_plugin(fixtures + "/misbehaving_objective.so")));
  EXPECT_TRUE(std::holds_alternative<tuner_strategy_v1_t>(load_plugin(fixtures + "/misbehaving_strategy.so")));
}

TEST(Loader, NamesThePluginsAbiWhereItIsAnother) {
  EXPECT_THAT(refusal("wrong_major.so"), HasSubstr("was built for plugin ABI 2; this tuner speaks 1. Rebuild"));
}

TEST(Loader, RefusesTablesThatAreTooSmallOrHaveHoles) {
  EXPECT_THAT(refusal("short_struct.so"), HasSubstr("of 8 bytes (ABI 1.0 needs 56)"));
  EXPECT_THAT(refusal("null_function.so"), HasSubstr("has no function describe()"));
}

TEST(Loader, SaysHowAPluginIsMadeWhereThereIsNone) {
  EXPECT_THAT(refusal("no_plugin.so"), HasSubstr("TUNER_OBJECTIVE(Class)"));
}

TEST(Loader, GivesARemedyForWhatTheLinkerSays) {
  EXPECT_THAT(refusal("unresolved.so"),
              AllOf(HasSubstr("undefined symbol: tuner_nobody_defines_this"), HasSubstr("Link")));
  EXPECT_THAT(refusal("loader_test.cpp"), HasSubstr("cannot be loaded"));
}

}  // namespace
}  // namespace tuner
