// Trials of xgb that are interrupted and go on.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "tests/plugins/objectives/objective_driver.h"
#include "tests/plugins/objectives/xgb/scratch_folder.h"

extern "C" const tuner_objective_v1_t tuner_objective_v1;

namespace tuner::testing {
namespace {

using ::testing::HasSubstr;

// What the plugin asks before every fifth round.
std::function<bool()> after_questions(int count) {
  return [count, asked = 0]() mutable { return ++asked > count; };
}

bool always() {
  return true;
}

std::string table_of(const char* name) {
  return fmt::format("{}/{}.csv", TUNER_EXAMPLE_DATA, name);
}

// Each thing that XGBoost draws at random is on.
constexpr const char* kDrawing =
    "rounds=210,eta=0.03,max_depth=3,subsample=0.7,colsample_bytree=0.6,colsample_bylevel=0.7,colsample_bynode=0.7";
constexpr const char* kDart =
    "booster=dart,rounds=110,eta=0.05,max_depth=3,subsample=0.7,colsample_bytree=0.6,rate_drop=0.1,skip_drop=0.3";

struct Story {
  const char* name;
  Settings settings;
  const char* configuration;
  int questions;        // that the first attempt answers
  const char* goes_on;  // what the second one says
};

void PrintTo(const Story& story, std::ostream* out) {
  *out << story.name;
}

class XgbInterrupted : public ::testing::TestWithParam<Story> {
 protected:
  ScratchFolder folder_;
  ObjectiveDriver driver_{tuner_objective_v1, GetParam().settings};
  TrialInput input_{.configuration = GetParam().configuration, .directory = folder_.path(), .checkpoint_due = always};
};

TEST_P(XgbInterrupted, GoesOnWhereItSavedToTheSameResultBitForBit) {
  const TrialOutcome undisturbed = driver_.evaluate({.configuration = GetParam().configuration});
  TrialInput first = input_;
  first.should_stop = after_questions(GetParam().questions);
  first.stop_reason = TUNER_STOP_CANCEL;
  TrialInput second = input_;
  second.attempt = 2;

  EXPECT_EQ(driver_.evaluate(first).status, TUNER_PRUNED);
  const TrialOutcome outcome = driver_.evaluate(second);

  EXPECT_THAT(outcome.log, HasSubstr(GetParam().goes_on));
  EXPECT_EQ(outcome.value, undisturbed.value);
  EXPECT_EQ(outcome.reports, undisturbed.reports);
  for (const char* metric : {"trees", "model_bytes"}) EXPECT_EQ(outcome.notes.at(metric), undisturbed.notes.at(metric));
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

Settings binary_table(const char* early_stopping) {
  return {
      {"data", table_of("breast_cancer")}, {"label", "diagnosis"}, {"folds", "2"}, {"early_stopping", early_stopping}};
}

const Story kStories[] = {
    {"AfterTwoHundredRounds", binary_table("0"), kDrawing, 41, "goes on after fold 0, round 200 "},
    {"InALaterFold", binary_table("0"), kDrawing, 67, "goes on after fold 1, round 100 "},
    {"AfterAFold", binary_table("0"), kDrawing, 52, "goes on after fold 1, round 0 "},
    {"WhileItWaitsForABetterScore", binary_table("100"), kDrawing, 41, "goes on after fold 0, round 200 "},
    {"OfSeveralClasses",
     {{"data", table_of("wine")}, {"label", "cultivar"}, {"folds", "2"}, {"early_stopping", "0"}},
     kDrawing,
     41,
     "fold 0, round 200 "},
    {"OfARegression",
     {{"data", table_of("diabetes")}, {"label", "progression"}, {"folds", "2"}, {"early_stopping", "0"}},
     kDrawing,
     41,
     "fold 0, round 200 "},
    {"OfDart", binary_table("0"), kDart, 21, "goes on after fold 0, round 100 "}};

INSTANTIATE_TEST_SUITE_P(All, XgbInterrupted, ::testing::ValuesIn(kStories),
                         [](const auto& story) { return std::string(story.param.name); });

class XgbCheckpoint : public ::testing::Test {
 protected:
  static constexpr const char* kConfiguration = "rounds=110,eta=0.05,max_depth=2";

  // Leaves a checkpoint of round 100.
  XgbCheckpoint() {
    TrialInput first = input(1);
    first.should_stop = after_questions(21);
    first.stop_reason = TUNER_STOP_CANCEL;
    driver_.evaluate(first);
  }

  TrialInput input(std::uint32_t attempt) const {
    return {.configuration = kConfiguration, .attempt = attempt, .directory = folder_.path(), .checkpoint_due = always};
  }

  void expect_ignored(const ObjectiveDriver& driver, const TrialInput& second, const char* why) const {
    const TrialOutcome outcome = driver.evaluate(second);
    TrialInput undisturbed = second;
    undisturbed.attempt = 1;
    EXPECT_THAT(outcome.log, HasSubstr(why));
    EXPECT_EQ(outcome.value, driver.evaluate(undisturbed).value);
  }

  std::string file() const { return folder_.file("checkpoint"); }

  ScratchFolder folder_;
  ObjectiveDriver driver_{tuner_objective_v1, binary_table("0")};
};

TEST_F(XgbCheckpoint, IsNotUsedWhereItIsDamaged) {
  std::fstream(file(), std::ios::in | std::ios::out | std::ios::binary).seekp(5000).put('!');

  expect_ignored(driver_, input(2), "is not used (it is damaged)");
}

TEST_F(XgbCheckpoint, IsNotUsedWhereItIsCutOff) {
  std::filesystem::resize_file(file(), 10);

  expect_ignored(driver_, input(2), "is not used (it is damaged)");
}

TEST_F(XgbCheckpoint, IsNotUsedForAnotherConfiguration) {
  TrialInput second = input(2);
  second.configuration = "rounds=110,eta=0.06,max_depth=2";

  expect_ignored(driver_, second, "another configuration");
}

TEST_F(XgbCheckpoint, IsNotUsedForAnotherSeed) {
  TrialInput second = input(2);
  second.seed = 2;

  expect_ignored(driver_, second, "another configuration");
}

TEST_F(XgbCheckpoint, IsNotUsedForOtherData) {
  Settings settings = binary_table("0");
  settings["cv_seed"] = "1";
  const ObjectiveDriver other(tuner_objective_v1, settings);

  expect_ignored(other, input(2), "other data");
}

TEST_F(XgbCheckpoint, IsNotUsedWithOtherOptions) {
  const ObjectiveDriver other(tuner_objective_v1, binary_table("30"));

  expect_ignored(other, input(2), "other options");
}

TEST_F(XgbCheckpoint, IsUsedOnAnotherNumberOfThreads) {
  TrialInput second = input(2);
  second.threads = 2;

  EXPECT_THAT(driver_.evaluate(second).log, HasSubstr("goes on after fold 0, round 100 "));
}

TEST_F(XgbCheckpoint, IsRemovedWithAPrunedTrial) {
  TrialInput second = input(2);
  second.should_stop = always;

  EXPECT_EQ(driver_.evaluate(second).status, TUNER_PRUNED);

  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(XgbCheckpoint, IsKeptOfATrialThatWillRunAgain) {
  TrialInput second = input(2);
  second.should_stop = always;
  second.stop_reason = TUNER_STOP_CANCEL;

  driver_.evaluate(second);

  EXPECT_TRUE(std::filesystem::exists(file()));
}

TEST_F(XgbCheckpoint, DoesNotFailTheTrialThatCannotSaveIt) {
  TrialInput first = input(1);
  first.directory = "/proc/nowhere";

  const TrialOutcome outcome = driver_.evaluate(first);

  EXPECT_EQ(outcome.status, TUNER_OK) << outcome.error;
  EXPECT_THAT(outcome.log, HasSubstr("the checkpoint cannot be saved ('/proc/nowhere/checkpoint.tmp'"));
}

TEST_F(XgbCheckpoint, IsWrittenOnlyWhenItIsDue) {
  TrialInput first = input(1);
  first.directory = "";  // asking for it would be said in the log
  first.checkpoint_due = [] { return false; };

  EXPECT_EQ(driver_.evaluate(first).log, "");
}

}  // namespace
}  // namespace tuner::testing
