#include "mpi_runner/space_shortage.h"

#include <gtest/gtest.h>

namespace tuner {
namespace {

TEST(SpaceShortage, WithoutOneEveryWriteIsTried) {
  SpaceShortage shortage(60);

  EXPECT_TRUE(shortage.time_to_try(0));
  EXPECT_FALSE(shortage.lasts());
  EXPECT_FALSE(shortage.end());
}

TEST(SpaceShortage, AFullDiskIsTriedAgainNowAndThenUntilThePatienceEnds) {
  SpaceShortage shortage(60);

  EXPECT_FALSE(shortage.too_long(100));
  EXPECT_TRUE(shortage.lasts());
  EXPECT_FALSE(shortage.time_to_try(100.4));
  EXPECT_TRUE(shortage.time_to_try(100.5));
  EXPECT_FALSE(shortage.too_long(159.9));
  EXPECT_TRUE(shortage.time_to_try(160)) << "once more at the end";
  EXPECT_TRUE(shortage.too_long(160));
}

TEST(SpaceShortage, SpaceEndsIt) {
  SpaceShortage shortage(60);
  shortage.too_long(100);

  EXPECT_TRUE(shortage.end());
  EXPECT_FALSE(shortage.lasts());
  EXPECT_FALSE(shortage.too_long(1000)) << "another one has its own time";
}

TEST(SpaceShortage, WithoutPatienceTheFirstFullDiskIsTheEnd) {
  EXPECT_TRUE(SpaceShortage(0).too_long(100));
}

}  // namespace
}  // namespace tuner
