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

TEST(RepeatOfPending, FindsASuggestionThatATrialDoesWhichIsNotFinished) {
  StudyBuilder builder;
  builder.suggest({0.1, 0.2});
  const std::vector<double> pending(builder.study().configuration(TrialId{1}).begin(),
                                    builder.study().configuration(TrialId{1}).end());
  const NewTrial repeat{TrialId{2}, pending, {}, std::nullopt, {}};

  const std::optional<Repeat> found = repeat_of_pending(builder.study(), std::vector{repeat});

  ASSERT_TRUE(found);
  EXPECT_EQ(found->trial, TrialId{2});
  EXPECT_EQ(found->of, TrialId{1});
}

TEST(RepeatOfPending, FindsTwoSuggestionsOfOneAnswerThatAreTheSame) {
  StudyBuilder builder;
  const NewTrial one{TrialId{0}, {0.5, 1}, {}, std::nullopt, {}};
  NewTrial other = one;
  other.trial = TrialId{1};

  ASSERT_TRUE(repeat_of_pending(builder.study(), std::vector{one, other}));
}

TEST(RepeatOfPending, LetsFinishedTrialsAndOtherFidelitiesOrParentsBe) {
  StudyBuilder builder;
  builder.suggest({0.1});
  const std::vector<double> same(builder.study().configuration(TrialId{0}).begin(),
                                 builder.study().configuration(TrialId{0}).end());
  const NewTrial other_fidelity{TrialId{1}, same, {3}, std::nullopt, {}};
  const NewTrial other_parent{TrialId{1}, same, {}, TrialId{0}, {}};

  EXPECT_FALSE(repeat_of_pending(builder.study(), std::vector{other_fidelity}));
  EXPECT_FALSE(repeat_of_pending(builder.study(), std::vector{other_parent}));
  builder.run(0, 1);
  EXPECT_FALSE(repeat_of_pending(builder.study(), std::vector{NewTrial{TrialId{1}, same, {}, std::nullopt, {}}}));
}

}  // namespace
}  // namespace tuner
