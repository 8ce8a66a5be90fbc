#include "core/replicates.h"

#include <gmock/gmock.h>

#include <cmath>

#include "core/stop_rules.h"
#include "tests/core/study_builder.h"

namespace tuner {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::StudyBuilder;

std::vector<std::uint64_t> parents(const std::vector<NewTrial>& trials) {
  std::vector<std::uint64_t> result;
  for (const NewTrial& trial : trials) result.push_back(trial.parent->value);
  return result;
}

StudyBuilder five_trials() {
  StudyBuilder builder;
  builder.suggest({0.1, 0.2, 0.3, 0.4, 0.5});
  for (const auto& [trial, value] : {std::pair{0, 5.0}, {1, 1.0}, {2, 4.0}, {3, 2.0}, {4, 3.0}})
    builder.run(static_cast<std::uint64_t>(trial), value);
  return builder;
}

void replicate(StudyBuilder& builder, std::uint64_t times, const std::vector<double>& values) {
  std::size_t next = 0;
  for (const NewTrial& trial : missing_replicates(builder.study(), times)) {
    builder.apply(TrialAdded{Origin::replicate, trial});
    builder.run(trial.trial.value, values.at(next++));
  }
}

TEST(Replicates, AreOfTheThreeBestConfigurationsWithTheirOwnNumbers) {
  const StudyBuilder builder = five_trials();

  const std::vector<NewTrial> missing = missing_replicates(builder.study(), 2);

  EXPECT_THAT(parents(missing), ElementsAre(1, 1, 3, 3, 4, 4));
  EXPECT_EQ(missing.front().trial, TrialId{5});
  EXPECT_EQ(missing.back().trial, TrialId{10});
  EXPECT_EQ(missing.front().configuration[0], 0.2);
}

TEST(Replicates, OfAConfigurationThatWonTwiceCountOnce) {
  StudyBuilder builder;
  builder.suggest({0.1, 0.1, 0.3});
  for (std::uint64_t trial = 0; trial < 3; ++trial) builder.run(trial, static_cast<double>(trial));

  EXPECT_THAT(parents(missing_replicates(builder.study(), 1)), ElementsAre(0, 2));
}

TEST(Replicates, AreNeverOfAnEarlierStudysTrials) {
  StudyBuilder builder = five_trials();
  builder.apply(TrialAdded{Origin::imported, {TrialId{5}, {0.9, 1}, {}, std::nullopt, {}}});
  builder.run(5, -100);

  EXPECT_THAT(parents(missing_replicates(builder.study(), 1)), ElementsAre(1, 3, 4));
}

TEST(Replicates, AreNotAddedTwice) {
  StudyBuilder builder = five_trials();

  replicate(builder, 2, {1, 2, 3, 4, 5, 6});

  EXPECT_THAT(missing_replicates(builder.study(), 2), IsEmpty());
  EXPECT_THAT(parents(missing_replicates(builder.study(), 3)), ElementsAre(1, 3, 4));
}

TEST(Replicates, GiveMeanAndStandardErrorWithTheBestMeanFirst) {
  StudyBuilder builder = five_trials();

  replicate(builder, 2, {6, 8, 2, 2, 9, 11});
  const std::vector<ReplicatedValue> values = replicated_values(builder.study());

  ASSERT_EQ(values.size(), 3U);
  EXPECT_EQ(values[0].leader, TrialId{3});
  EXPECT_EQ(values[0].mean, 2);
  EXPECT_EQ(values[0].standard_error, 0);
  EXPECT_EQ(values[1].leader, TrialId{1});
  EXPECT_EQ(values[1].mean, 7);
  EXPECT_DOUBLE_EQ(values[1].standard_error, 1);
  EXPECT_EQ(values[2].runs, 2U);
}

TEST(FinalChoice, IsTheLeaderWithTheBestRepetitionsWhereThereAreAny) {
  StudyBuilder builder = five_trials();

  EXPECT_EQ(final_choice(builder.study()), TrialId{1});
  replicate(builder, 2, {6, 8, 2, 2, 9, 11});

  EXPECT_EQ(final_choice(builder.study()), TrialId{3});
}

TEST(Replicates, OfASingleRunHaveNoStandardError) {
  StudyBuilder builder = five_trials();

  replicate(builder, 1, {6, 8, 2});

  EXPECT_TRUE(std::isnan(replicated_values(builder.study())[0].standard_error));
}

TEST(Replicates, NeitherCountAsTrialsNorBecomeTheBest) {
  StudyBuilder builder = five_trials();
  StopRules rules;
  rules.trials = 6;

  replicate(builder, 1, {-9, -8, -7});

  EXPECT_EQ(builder.study().best(), TrialId{1});
  EXPECT_EQ(reason_to_stop(rules, builder.study()), std::nullopt);
  EXPECT_EQ(trials_left_to_start(rules, builder.study()), 1U);
}

TEST(Replicates, MayStartWhenNothingElseMay) {
  StudyBuilder builder = five_trials();
  StopRules rules;
  rules.trials = 5;

  for (const NewTrial& trial : missing_replicates(builder.study(), 1))
    builder.apply(TrialAdded{Origin::replicate, trial});

  EXPECT_EQ(trials_left_to_start(rules, builder.study()), 3U);
}

}  // namespace
}  // namespace tuner
