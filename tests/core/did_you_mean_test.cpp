#include "tuner/did_you_mean.h"

#include <gtest/gtest.h>

#include <vector>

namespace tuner {
namespace {

const std::vector<std::string> kNames{"eta", "gamma", "max_depth", "max_leaves"};

TEST(DidYouMean, SuggestsTheNearestName) {
  EXPECT_EQ(plugin::did_you_mean("max_dept", kNames), " Did you mean 'max_depth'?");
  EXPECT_EQ(plugin::did_you_mean("maxleaves", kNames), " Did you mean 'max_leaves'?");
}

TEST(DidYouMean, CountsSwappedNeighboursAsOneSlipAndIgnoresCase) {
  EXPECT_EQ(plugin::did_you_mean("eat", kNames), " Did you mean 'eta'?");
  EXPECT_EQ(plugin::did_you_mean("GAMMA", kNames), " Did you mean 'gamma'?");
}

TEST(DidYouMean, ListsTheNamesWhereNoneIsNear) {
  EXPECT_EQ(plugin::did_you_mean("learning_rate", kNames), " Known are: eta, gamma, max_depth, max_leaves.");
}

TEST(DidYouMean, ListsAtMostTwelve) {
  std::vector<std::string> names;
  for (int i = 0; i < 20; ++i) names.push_back("parameter_" + std::to_string(i));

  const std::string text = plugin::did_you_mean("x", names);

  EXPECT_NE(text.find("parameter_11, and 8 more."), std::string::npos) << text;
}

TEST(DidYouMean, SaysNothingWithoutNames) {
  EXPECT_EQ(plugin::did_you_mean("eta", {}), "");
}

}  // namespace
}  // namespace tuner
