#include "core/warm_start.h"

#include <gmock/gmock.h>

#include "core/configuration_text.h"
#include "core/error.h"
#include "core/stop_rules.h"
#include "tests/core/study_builder.h"

namespace tuner {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::StudyBuilder;
using ::testing::ThrowsMessage;

StudyDefinition defined_over(const char* space) {
  StudyDefinition definition = testing::small_definition();
  definition.study_id = std::string(32, 'e');
  definition.space = SearchSpace::from_json(space, "test");
  return definition;
}

StudyBuilder earlier_study(std::size_t trials) {
  StudyBuilder builder;
  for (std::uint64_t trial = 0; trial < trials; ++trial) {
    builder.suggest({static_cast<double>(trial) / static_cast<double>(trials)});
    builder.run(trial, static_cast<double>(trial));
  }
  return builder;
}

TEST(WarmStart, MatchesParametersByNameAndGivesNewOnesTheirDefaults) {
  const StudyDefinition now = defined_over(R"({"parameters": [
      {"name": "depth", "type": "int", "low": 1, "high": 9, "default": 4},
      {"name": "x", "type": "float", "low": 0, "high": 1}]})");

  const auto imported = importable_trials(earlier_study(2).study(), now);

  ASSERT_THAT(imported, SizeIs(2));
  EXPECT_THAT(imported[1].trial.configuration, ElementsAre(4, 0.5));
  EXPECT_THAT(imported[1].values, ElementsAre(1));
  EXPECT_EQ(imported[1].trial.note, R"({"study": "0123456789abcdef0123456789abcdef", "trial": 1})");
}

TEST(WarmStart, LeavesOutWhatIsNoConfigurationOfTheSpace) {
  const StudyDefinition narrow =
      defined_over(R"({"parameters": [{"name": "x", "type": "float", "low": 0.4, "high": 1}]})");
  const StudyDefinition other_choices =
      defined_over(R"({"parameters": [{"name": "y", "type": "categorical", "choices": ["b", "c"]}]})");

  EXPECT_THAT(importable_trials(earlier_study(10).study(), narrow), SizeIs(6));
  EXPECT_THAT(importable_trials(earlier_study(10).study(), other_choices), IsEmpty());
}

TEST(WarmStart, TakesTheBestHalfAndASpreadOverTheRestOfALargeStudy) {
  const auto imported = importable_trials(earlier_study(1000).study(), testing::small_definition());

  ASSERT_THAT(imported, SizeIs(kMostImported));
  EXPECT_EQ(imported[kMostImported / 2 - 1].values[0], kMostImported / 2 - 1);
  EXPECT_EQ(imported.back().values[0], 999);
}

TEST(WarmStart, RefusesAStudyThatMeasuresSomethingElse) {
  StudyDefinition now = testing::small_definition();
  now.goal.objectives = {{"auc", true}};

  EXPECT_THAT(
      [&] { importable_trials(earlier_study(1).study(), now); },
      ThrowsMessage<UserError>(HasSubstr("it minimizes 'loss' with 0 constraints, this study maximizes 'auc'")));
}

TEST(WarmStart, RefusesAStudyThatSharesNoParameter) {
  const StudyDefinition now = defined_over(R"({"parameters": [{"name": "z", "type": "bool"}]})");

  EXPECT_THAT([&] { importable_trials(earlier_study(1).study(), now); },
              ThrowsMessage<UserError>(HasSubstr("shares no parameter")));
}

TEST(WarmStart, ImportedTrialsAreKnownByTheirStudyAndAreNotOfThisOne) {
  StudyBuilder builder;
  StopRules rules;
  rules.trials = 2;
  for (const ImportedTrial& imported : importable_trials(earlier_study(2).study(), testing::small_definition())) {
    builder.apply(TrialAdded{Origin::imported, imported.trial});
    builder.run(imported.trial.trial.value, imported.values[0]);
  }

  const Study& study = builder.study();
  EXPECT_TRUE(has_imported(study, "0123456789abcdef0123456789abcdef"));
  EXPECT_FALSE(has_imported(study, std::string(32, 'e')));
  EXPECT_EQ(study.best(), std::nullopt);
  EXPECT_THAT(study.finished(), SizeIs(2));
  EXPECT_EQ(trials_left_to_start(rules, study), 2U);
  EXPECT_FALSE(has_configuration(study, study.configuration(TrialId{0})));
}

}  // namespace
}  // namespace tuner
