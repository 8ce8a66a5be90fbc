#include "plugins/strategies/bayes/trust_region.h"

#include <gmock/gmock.h>

#include <limits>

namespace tuner::strategies::bayes {
namespace {

TEST(TrustRegion, ShrinksAfterFailuresAndGrowsAfterSuccesses) {
  TrustRegion region(2);
  std::uint64_t trial = 0;
  for (int i = 0; i < 5; ++i) region.tell(trial++, 10.0 + i);  // four without improvement
  EXPECT_EQ(region.side(), 0.4);

  for (int i = 0; i < 3; ++i) region.tell(trial++, 5.0 - i);
  EXPECT_EQ(region.side(), 0.8);
}

TEST(TrustRegion, IsMorePatientWhereManyTrialsAreUnderWay) {
  TrustRegion region(2);
  region.tell(100, 1.0);  // so there are a hundred others
  for (std::uint64_t i = 0; i < 40; ++i) region.tell(i, 2.0);

  EXPECT_EQ(region.side(), 0.8);
}

TEST(TrustRegion, StartsAgainWhenNothingIsLeft) {
  TrustRegion region(2);
  for (std::uint64_t i = 0; i < 200; ++i) region.tell(i, i == 0 ? 0.0 : 1.0);

  EXPECT_GE(region.restarts(), 1U);
  EXPECT_GE(region.side(), 1.0 / 128);
}

TEST(TrustRegion, LearnsNothingFromFailedTrials) {
  TrustRegion region(2);
  region.tell(0, 1.0);
  for (std::uint64_t i = 1; i < 100; ++i) region.tell(i, std::numeric_limits<double>::quiet_NaN());

  EXPECT_EQ(region.side(), 0.8);
}

}  // namespace
}  // namespace tuner::strategies::bayes
