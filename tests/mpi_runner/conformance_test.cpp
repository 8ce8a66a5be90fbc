#include "mpi_runner/conformance.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "tests/mpi_runner/plugin_host/host_testing.h"

namespace tuner::testing {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

ConformanceSetup setup_for(const std::string& plugin, PluginOptions options = {}) {
  return {.launch = launch(plugin), .options = std::move(options), .trial_timeout_s = 60};
}

std::vector<std::string> names(const std::vector<CheckResult>& results, CheckOutcome outcome) {
  std::vector<std::string> result;
  for (const CheckResult& check : results)
    if (check.outcome == outcome) result.push_back(check.name);
  return result;
}

TEST(Conformance, GoodObjectivePasses) {
  const auto results = check_plugin(setup_for("misbehaving_objective"));

  EXPECT_TRUE(conforms(results));
  EXPECT_THAT(names(results, CheckOutcome::failed), IsEmpty());
  EXPECT_THAT(names(results, CheckOutcome::warned), IsEmpty());
  EXPECT_THAT(names(results, CheckOutcome::passed), Contains("does not grow"));
  EXPECT_THAT(names(results, CheckOutcome::passed), Contains("trains a final model"));
}

TEST(Conformance, GoodStrategyPasses) {
  const auto results = check_plugin(setup_for("misbehaving_strategy"));

  EXPECT_TRUE(conforms(results));
  EXPECT_THAT(names(results, CheckOutcome::warned), IsEmpty());
  EXPECT_THAT(names(results, CheckOutcome::passed), Contains("describes its model"));
}

TEST(Conformance, WrongOptionsAreTheUsersMistakeNotThePlugins) {
  EXPECT_THROW(check_plugin(setup_for("misbehaving_objective", {{"misbehaved", "x"}})), UserError);
}

struct BadPlugin {
  std::string plugin;
  PluginOptions options;
  std::string check;
  CheckOutcome outcome = CheckOutcome::failed;
};

void PrintTo(const BadPlugin& bad, std::ostream* out) {
  *out << bad.plugin << ": " << bad.check;
}

class ConformanceOf : public ::testing::TestWithParam<BadPlugin> {};

TEST_P(ConformanceOf, BadPluginIsCaughtByTheRightCheck) {
  const Descendants descendants("conformance");
  ConformanceSetup setup = setup_for(GetParam().plugin, GetParam().options);
  const auto deed = setup.options.find("misbehave");
  if (deed != setup.options.end() && deed->second == "hang") setup.trial_timeout_s = 10;
  setup.launch.memory_limit_bytes = std::uint64_t{512} << 20;

  const auto results = check_plugin(setup);

  EXPECT_THAT(names(results, GetParam().outcome), Contains(GetParam().check));
  EXPECT_EQ(conforms(results), names(results, CheckOutcome::failed).empty());
  EXPECT_THAT(descendants.left(), IsEmpty());
}

BadPlugin objective(const std::string& how, const std::string& check, int on_trial = 0,
                    const std::string& at = "evaluate") {
  return {"misbehaving_objective", misbehave(how, on_trial, at), check};
}
BadPlugin strategy(const std::string& how, const std::string& check, int at_ask = 3) {
  return {"misbehaving_strategy", {{"misbehave", how}, {"at_ask", std::to_string(at_ask)}, {"asks", "1"}}, check};
}
BadPlugin warning(BadPlugin bad) {
  bad.outcome = CheckOutcome::warned;
  return bad;
}

constexpr const char* kLoads = "loads and describes itself";
constexpr const char* kDefault = "evaluates the default configuration";
constexpr const char* kRandom = "evaluates random configurations";
constexpr const char* kInside = "suggests configurations inside the space";

INSTANTIATE_TEST_SUITE_P(Files, ConformanceOf,
                         ::testing::Values(BadPlugin{"wrong_major", {}, kLoads}, BadPlugin{"short_struct", {}, kLoads},
                                           BadPlugin{"no_plugin", {}, kLoads}, BadPlugin{"unresolved", {}, kLoads},
                                           BadPlugin{"bad_describe", {}, kLoads},
                                           BadPlugin{"throws_across", {}, kDefault}));

INSTANTIATE_TEST_SUITE_P(Objectives, ConformanceOf,
                         ::testing::Values(objective("segfault", "declares a valid search space", 0, "space"),
                                           objective("throw", "is created and destroyed", 0, "create"),
                                           objective("segfault", "is created and destroyed", 0, "destroy"),
                                           objective("nan", kDefault), objective("segfault", kDefault),
                                           objective("exit_0", kDefault), objective("hang", kDefault),
                                           objective("hog", kDefault), objective("segfault", kRandom, 5),
                                           objective("abort", kRandom, 5), warning(objective("nan", kRandom, 5)),
                                           warning(objective("throw", kRandom, 5)),
                                           warning(objective("random", "gives the same value for the same seed", -1)),
                                           objective("leak", "does not grow", -1)));

INSTANTIATE_TEST_SUITE_P(
    Strategies, ConformanceOf,
    ::testing::Values(strategy("segfault_in_create", "is created and destroyed"),
                      strategy("nothing", "suggests something at the start", 0), strategy("outside", kInside),
                      strategy("nan", kInside), strategy("too_many", kInside), strategy("segfault", kInside),
                      strategy("hang", kInside), strategy("throw", kInside),
                      strategy("throw_on_failures", "takes failed and pruned trials"),
                      strategy("random", "gives the same suggestions for the same calls"),
                      BadPlugin{"naive_strategy", {}, "gives the same suggestions in other portions"},
                      warning(BadPlugin{"naive_strategy", {}, "exhausts a finite space without repeating"})));

}  // namespace
}  // namespace tuner::testing
