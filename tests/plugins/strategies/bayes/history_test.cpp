#include "plugins/strategies/bayes/history.h"

#include <gmock/gmock.h>

#include <limits>

#include "core/space_view.h"
#include "tests/plugins/strategies/bayes/optimization_study.h"

namespace tuner::strategies::bayes {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

class AHistory : public testing::Test {
 protected:
  void tell(double x, tuner_cause cause, double value, double noise_sd = kNaN, double last_report = kNaN) {
    const std::vector<double> configuration{x};
    const std::int64_t step = 1;
    const double fidelity = told_fidelity;
    history.tell({trials++,
                  -1,
                  cause,
                  TUNER_ORIGIN_STRATEGY,
                  configuration,
                  {&fidelity, 1},
                  {&value, 1},
                  {},
                  {&noise_sd, 1},
                  {&step, 1},
                  {&last_report, 1}});
  }

  const SpaceView view{SearchSpace::from_json(test::box_space(1, 0, 1), "space")};
  const Encoding encoding{plugin::Space(view.c_space())};
  History history{encoding, {{true}, 0, {1}, {9}}};
  std::uint64_t trials = 0;
  double told_fidelity = 9;
};

TEST_F(AHistory, TurnsMaximizingIntoMinimizing) {
  tell(0.5, TUNER_CAUSE_VALUE, 3);

  EXPECT_THAT(history.observations()[0].values, ElementsAre(-3));
}

TEST_F(AHistory, TakesTheMeanOfReplicates) {
  tell(0.5, TUNER_CAUSE_VALUE, 1, 0.2);
  tell(0.5, TUNER_CAUSE_VALUE, 2, 0.2);
  tell(0.5, TUNER_CAUSE_VALUE, 6, 0.2);

  ASSERT_EQ(history.observations().size(), 1U);
  EXPECT_THAT(history.observations()[0].values, ElementsAre(DoubleEq(-3)));
  EXPECT_EQ(history.observations()[0].replicates, 3);
  EXPECT_THAT(history.observations()[0].variances, ElementsAre(DoubleEq(0.04 / 3)));
  EXPECT_EQ(history.changes(), 2U);
}

TEST_F(AHistory, KeepsTheScatterOfReplicates) {
  for (const double value : {1.0, 2.0, 6.0}) tell(0.5, TUNER_CAUSE_VALUE, value);

  EXPECT_THAT(history.observations()[0].values, ElementsAre(DoubleEq(-3)));
  EXPECT_THAT(history.observations()[0].scatters, ElementsAre(DoubleEq(4 + 1 + 9)));
}

TEST_F(AHistory, CountsFailuresUntilTheConfigurationWorks) {
  tell(0.5, TUNER_CAUSE_TIMEOUT, kNaN);
  EXPECT_EQ(history.failed(), 1U);

  tell(0.5, TUNER_CAUSE_VALUE, 1);
  EXPECT_EQ(history.failed(), 0U);
  EXPECT_EQ(history.completed(), 1U);

  tell(0.5, TUNER_CAUSE_CRASH, kNaN);
  EXPECT_EQ(history.failed(), 0U);
}

TEST_F(AHistory, TakesValuesThatAreNoNumbersAsFailures) {
  tell(0.5, TUNER_CAUSE_VALUE, std::numeric_limits<double>::infinity());
  tell(0.6, TUNER_CAUSE_BAD_VALUE, kNaN);

  EXPECT_EQ(history.failed(), 2U);
}

TEST_F(AHistory, TakesPrunedTrialsAsNoBetterThanTheMedian) {
  for (const double value : {1, 2, 3}) tell(value / 10, TUNER_CAUSE_VALUE, value);

  tell(0.8, TUNER_CAUSE_PRUNED, kNaN, kNaN, 100);
  tell(0.9, TUNER_CAUSE_PRUNED, kNaN, kNaN, 0.5);

  EXPECT_THAT(history.observations()[3].values, ElementsAre(-2));
  EXPECT_THAT(history.observations()[4].values, ElementsAre(-0.5));
  EXPECT_GT(history.observations()[4].variances[0], 0);
}

TEST_F(AHistory, LeavesOutResultsOfLowFidelity) {
  told_fidelity = 3;
  tell(0.5, TUNER_CAUSE_VALUE, 1);

  EXPECT_TRUE(history.observations().empty());
}

}  // namespace
}  // namespace tuner::strategies::bayes
