#include <gmock/gmock.h>

#include <array>

#include "tests/plugins/objectives/objective_driver.h"

extern "C" const tuner_objective_v1_t tuner_objective_v1;

namespace tuner::testing {
namespace {

using ::testing::HasSubstr;

struct KnownMinimum {
  const char* function;
  const char* point;
  double value;
};

class FunctionsObjective : public ::testing::TestWithParam<KnownMinimum> {};

TEST_P(FunctionsObjective, HasItsKnownMinimum) {
  const ObjectiveDriver objective(tuner_objective_v1, {{"function", GetParam().function}});

  const TrialOutcome outcome = objective.evaluate({.configuration = GetParam().point});

  EXPECT_EQ(outcome.status, TUNER_OK) << outcome.error;
  EXPECT_NEAR(outcome.value, GetParam().value, 1e-5);
}

INSTANTIATE_TEST_SUITE_P(
    All, FunctionsObjective,
    ::testing::Values(KnownMinimum{"sphere", "x1=0,x2=0", 0}, KnownMinimum{"rosenbrock", "x1=1,x2=1", 0},
                      KnownMinimum{"ackley", "x1=0,x2=0", 0}, KnownMinimum{"rastrigin", "x1=0,x2=0", 0},
                      KnownMinimum{"branin", "x1=3.14159265,x2=2.275", 0.397887},
                      KnownMinimum{"branin", "x1=-3.14159265,x2=12.275", 0.397887},
                      KnownMinimum{"hartmann6", "x1=0.20169,x2=0.150011,x3=0.476874,x4=0.275332,x5=0.311652,x6=0.6573",
                                   -3.32237}),
    [](const auto& each) { return each.param.function + std::to_string(each.index); });

TEST(Functions, TakeAnyDimensionWhereTheyHaveNone) {
  const ObjectiveDriver objective(tuner_objective_v1, {{"function", "sphere"}, {"dimension", "3"}});

  EXPECT_DOUBLE_EQ(objective.evaluate({.configuration = "x1=1,x2=2,x3=3"}).value, 14);
}

TEST(Functions, AddNoiseThatOnlyTheTrialsSeedDecides) {
  const ObjectiveDriver objective(tuner_objective_v1, {{"function", "sphere"}, {"noise_sd", "0.5"}});
  const auto value = [&](std::uint64_t seed) {
    return objective.evaluate({.configuration = "x1=0,x2=0", .seed = seed}).value;
  };

  EXPECT_EQ(value(7), value(7));
  EXPECT_NE(value(7), value(8));
  EXPECT_NE(value(7), 0);
}

TEST(Functions, StopSleepingWhenPruned) {
  const ObjectiveDriver objective(tuner_objective_v1, {{"sleep_ms", "1e9"}});

  EXPECT_EQ(objective.evaluate({.should_stop = [] { return true; }}).status, TUNER_PRUNED);
}

TEST(Functions, SleepLongerWhereTheFirstParameterIsHigher) {
  const ObjectiveDriver objective(tuner_objective_v1, {{"sleep_ms", "20"}, {"sleep_growth", "3"}});
  const auto naps = [&](const std::string& configuration) {
    int asked = 0;
    objective.evaluate({.configuration = configuration, .should_stop = [&] { return ++asked < 0; }});
    return asked;
  };

  EXPECT_EQ(naps("x1=-5,x2=0"), 1);
  EXPECT_EQ(naps("x1=10,x2=0"), 3);
}

TEST(Functions, RefuseWhatTheyDoNotHave) {
  EXPECT_THAT(mistake_in(tuner_objective_v1, {{"function", "brainin"}}),
              HasSubstr("option function = 'brainin' is not known. Did you mean 'branin'?"));
  EXPECT_THAT(mistake_in(tuner_objective_v1, {{"function", "branin"}, {"dimension", "3"}}),
              HasSubstr("branin always has 2"));
  EXPECT_THAT(mistake_in(tuner_objective_v1, {{"function", "rosenbrock"}, {"dimension", "1"}}),
              HasSubstr("outside [2, 10000]"));
}

}  // namespace
}  // namespace tuner::testing
