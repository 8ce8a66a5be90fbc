#include "core/suggestion_queue.h"

#include <gmock/gmock.h>

#include "tests/core/study_builder.h"

namespace tuner {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::StudyBuilder;

// Finishes trials 0 … count - 1 and leaves suggestion `count` waiting, which knew `known` results.
StudyBuilder with_suggestion_that_knew(std::size_t known, std::size_t finished) {
  StudyBuilder builder;
  builder.suggest(std::vector<double>(finished, 0.5));
  for (std::size_t trial = 0; trial < known; ++trial) builder.run(trial, 1);
  builder.suggest({0.7});
  for (std::size_t trial = known; trial < finished; ++trial) builder.run(trial, 1);
  return builder;
}

TEST(StaleSuggestions, AreThoseThatMissTooManyResults) {
  EXPECT_THAT(stale_suggestions(with_suggestion_that_knew(3, 5).study(), 1), IsEmpty());
  EXPECT_THAT(stale_suggestions(with_suggestion_that_knew(3, 6).study(), 1), ElementsAre(TrialId{6}));
  EXPECT_THAT(stale_suggestions(with_suggestion_that_knew(3, 4).study(), 0), ElementsAre(TrialId{4}));
}

TEST(StaleSuggestions, MayMissATwentiethOfWhatTheyKnew) {
  EXPECT_THAT(stale_suggestions(with_suggestion_that_knew(100, 105).study(), 1), IsEmpty());
  EXPECT_THAT(stale_suggestions(with_suggestion_that_knew(100, 106).study(), 1), ElementsAre(TrialId{106}));
}

TEST(StaleSuggestions, AreNeverWhatAPersonAskedForNorWhatRanBefore) {
  StudyBuilder builder;
  builder.suggest({0.1, 0.2, 0.3});
  builder.apply(TrialAdded{Origin::enqueued, {TrialId{3}, {0.9, 1}, {}, std::nullopt, {}}});
  builder.run(0, 1);
  builder.run(1, 1);
  builder.fail(2, Cause::lost);

  EXPECT_THAT(stale_suggestions(builder.study(), 0), IsEmpty());
}

TEST(FallbackConfiguration, IsANewOneOfTheSpaceAndTheSameWhenAskedAgain) {
  StudyBuilder builder;

  const auto first = fallback_configuration(builder.study());
  ASSERT_TRUE(first);
  EXPECT_EQ(fallback_configuration(builder.study()), first);
  builder.apply(TrialAdded{Origin::fallback, {TrialId{0}, *first, {}, std::nullopt, {}}});
  const auto second = fallback_configuration(builder.study());

  ASSERT_TRUE(second);
  EXPECT_NE(second, first);
  EXPECT_EQ(builder.study().space().violation(*second), std::nullopt);
}

TEST(FallbackConfiguration, IsNothingWhereAllAreTaken) {
  StudyDefinition definition = testing::small_definition();
  definition.space =
      SearchSpace::from_json(R"({"parameters": [{"name": "x", "type": "int", "low": 0, "high": 1}]})", "test");
  StudyBuilder builder(definition);
  for (std::uint64_t trial = 0; trial < 2; ++trial)
    builder.apply(TrialAdded{Origin::enqueued, {TrialId{trial}, {static_cast<double>(trial)}, {}, std::nullopt, {}}});

  EXPECT_EQ(fallback_configuration(builder.study()), std::nullopt);
}

}  // namespace
}  // namespace tuner
