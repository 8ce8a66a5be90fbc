// What people are told of failures that may not be the configurations', and what they can do about them.
#include <gmock/gmock.h>

#include "mpi_runner/epoch.h"
#include "mpi_runner/place_text.h"
#include "tests/core/study_builder.h"

namespace tuner {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::StudyBuilder;

TEST(DoubtfulFailures, AreNamedUntilTheirConfigurationIsEnqueuedAgain) {
  StudyBuilder builder;
  builder.suggest({0.1, 0.2});
  builder.fail(0, Cause::crash);
  builder.run(1, 0.5);
  const std::vector<std::vector<double>> configurations{{0.1, 0}, {0.2, 0}};
  EXPECT_THAT(doubt_text(builder.study()), IsEmpty());
  EXPECT_THAT(not_yet_known(configurations, builder.study()), IsEmpty());

  builder.apply(RankQuarantined{RankId{1}, 400, "sick"});

  EXPECT_THAT(doubt_text(builder.study()), HasSubstr("1 trial failed only where ranks were taken out since: 0. "));
  const auto again = not_yet_known(configurations, builder.study());
  ASSERT_THAT(again, SizeIs(1));
  builder.apply(enqueued(builder.study(), again).front());
  EXPECT_THAT(doubt_text(builder.study()), IsEmpty());
  EXPECT_THAT(not_yet_known(configurations, builder.study()), IsEmpty());
}

}  // namespace
}  // namespace tuner
