#include "plugins/strategies/bayes/active_set.h"

#include <gmock/gmock.h>

#include <numeric>
#include <set>

namespace tuner::strategies::bayes {
namespace {

std::vector<std::uint64_t> keys(std::size_t count) {
  std::vector<std::uint64_t> keys(count);
  std::iota(keys.begin(), keys.end(), std::uint64_t{0});
  return keys;
}

TEST(BestAndSomeOthers, AreAllWhereTheyAreFew) {
  EXPECT_THAT(best_and_some_others(std::vector<double>{3, 1, 2}, keys(3), 3), testing::ElementsAre(0, 1, 2));
}

TEST(BestAndSomeOthers, HoldTheBetterHalf) {
  std::vector<double> badness(1000);
  for (std::size_t i = 0; i < badness.size(); ++i) badness[i] = static_cast<double>((i * 7919) % 1000);

  const std::vector<std::size_t> chosen = best_and_some_others(badness, keys(1000), 100);

  EXPECT_EQ(std::set<std::size_t>(chosen.begin(), chosen.end()).size(), 100U);
  EXPECT_EQ(std::count_if(chosen.begin(), chosen.end(), [&](std::size_t i) { return badness[i] < 50; }), 50);
}

TEST(BestAndSomeOthers, ChangeLittleWhenResultsAreAdded) {
  std::vector<double> badness(1000, 1.0);
  const std::vector<std::size_t> before = best_and_some_others(badness, keys(1000), 100);
  badness.resize(1050, 2.0);
  const std::vector<std::size_t> after = best_and_some_others(badness, keys(1050), 100);

  std::vector<std::size_t> same;
  std::set_intersection(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(same));
  EXPECT_GE(same.size(), 85U);
}

}  // namespace
}  // namespace tuner::strategies::bayes
