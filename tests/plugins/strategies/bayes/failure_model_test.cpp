#include "plugins/strategies/bayes/failure_model.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "core/space_view.h"
#include "plugins/strategies/bayes/normal_distribution.h"
#include "plugins/strategies/bayes/random_stream.h"
#include "tests/plugins/strategies/bayes/optimization_study.h"

namespace tuner::strategies::bayes {
namespace {

class AFailureProcess : public testing::Test {
 protected:
  void tell(double x, double y, bool fails) {
    const std::vector<double> configuration{x, y};
    const double value = fails ? 0 : x;
    history.tell({.trial = trials++,
                  .parent = -1,
                  .cause = fails ? TUNER_CAUSE_CRASH : TUNER_CAUSE_VALUE,
                  .origin = TUNER_ORIGIN_STRATEGY,
                  .configuration = configuration,
                  .fidelities = {},
                  .values = {&value, 1},
                  .constraints = {},
                  .noise_sd = {&no_error, 1},
                  .report_steps = {},
                  .report_values = {}});
  }

  double chance_at(GaussianProcess& process, double x, double y) const {
    const Moments moments = process.at(encoding.from_configuration(std::vector<double>{x, y}).features);
    return std::exp(log_normal_cdf(moments.mean / std::sqrt(1 + moments.variance)));
  }

  const SpaceView view{SearchSpace::from_json(test::box_space(2, 0, 1), "space")};
  const Encoding encoding{plugin::Space(view.c_space())};
  History history{encoding, {{false}, 0, {}, {}}};
  const Hyperparameters objective{{1, 1}, 1, 1e-4};
  const double no_error = std::numeric_limits<double>::quiet_NaN();
  std::uint64_t trials = 0;
};

TEST_F(AFailureProcess, KnowsASharpBorderAndBothSidesOfIt) {
  RandomStream random(1);
  for (int trial = 0; trial < 60; ++trial) {
    const double x = random.uniform();
    const double y = random.uniform();
    tell(x, y, x + y < 1);
  }

  GaussianProcess process = failure_process(history, objective, encoding);

  EXPECT_LT(chance_at(process, 0.2, 0.2), 0.1);
  EXPECT_LT(chance_at(process, 0.4, 0.4), 0.2);
  EXPECT_GT(chance_at(process, 0.6, 0.6), 0.8);
  EXPECT_GT(chance_at(process, 0.8, 0.8), 0.9);
}

TEST_F(AFailureProcess, KnowsHowOftenTrialsFailAnywhere) {
  RandomStream random(1);
  for (int trial = 0; trial < 90; ++trial) {
    const double x = random.uniform();
    const double y = random.uniform();
    tell(x, y, random.uniform() < 0.3);
  }

  GaussianProcess process = failure_process(history, objective, encoding);

  for (const double at : {0.25, 0.5, 0.75}) EXPECT_NEAR(chance_at(process, at, at), 0.7, 0.25);
}

TEST_F(AFailureProcess, LearnsFromOneMoreTrial) {
  for (const double x : {0.1, 0.2, 0.3}) tell(x, 0.5, true);
  for (const double x : {0.7, 0.8, 0.9}) tell(x, 0.5, false);
  GaussianProcess process = failure_process(history, objective, encoding);
  const double before = chance_at(process, 0.5, 0.5);

  ASSERT_TRUE(append_outcome(process, encoding.from_configuration(std::vector<double>{0.5, 0.5}).features, true));

  EXPECT_LT(chance_at(process, 0.5, 0.5), before);
}

}  // namespace
}  // namespace tuner::strategies::bayes
