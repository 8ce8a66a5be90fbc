#include <fmt/format.h>
#include <gmock/gmock.h>
#include <malloc.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "plugins/objectives/xgb/booster.h"
#include "plugins/objectives/xgb/metric.h"
#include "tests/plugins/objectives/objective_driver.h"
#include "tests/plugins/objectives/xgb/scratch_folder.h"

extern "C" const tuner_objective_v1_t tuner_objective_v1;

namespace tuner::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::Lt;
using ::testing::ThrowsMessage;
using Json = nlohmann::json;

std::string example(const char* name) {
  return fmt::format("{}/{}.csv", TUNER_EXAMPLE_DATA, name);
}

Settings breast_cancer(Settings more = {}) {
  more.insert({{"data", example("breast_cancer")}, {"label", "diagnosis"}});
  return more;
}

ObjectiveDriver objective(const Settings& settings) {
  return {tuner_objective_v1, settings};
}

TEST(Xgb, ScoresBreastCancerWithinTheBandThatBoostedTreesReach) {
  const TrialOutcome outcome = objective(breast_cancer()).evaluate({});

  ASSERT_EQ(outcome.status, TUNER_OK) << outcome.error;
  EXPECT_THAT(outcome.value, AllOf(Gt(0.05), Lt(0.2)));
  EXPECT_EQ(outcome.notes.at("logloss"), outcome.value);
  EXPECT_THAT(outcome.notes.at("trees"), AllOf(Gt(5), Lt(101)));
  EXPECT_THAT(outcome.notes.at("model_bytes"), Gt(1000));
  EXPECT_THAT(outcome.notes.at("training_seconds"), Gt(0));
  EXPECT_THAT(outcome.notes.at("logloss_sd"), Gt(0));
}

TEST(Xgb, LearnsAMulticlassTable) {
  const TrialOutcome outcome = objective({{"data", example("wine")}, {"label", "cultivar"}}).evaluate({});

  ASSERT_EQ(outcome.status, TUNER_OK) << outcome.error;
  EXPECT_THAT(outcome.value, AllOf(Gt(0.01), Lt(0.3)));  // guessing costs log(3) = 1.1
  EXPECT_EQ(outcome.notes.count("mlogloss"), 1U);
}

TEST(Xgb, LearnsARegressionTable) {
  const TrialOutcome outcome =
      objective({{"data", example("diabetes")}, {"label", "progression"}}).evaluate({.configuration = "eta=0.05"});

  ASSERT_EQ(outcome.status, TUNER_OK) << outcome.error;
  EXPECT_THAT(outcome.value, AllOf(Gt(45), Lt(70)));  // the label's standard deviation is 77
  EXPECT_EQ(outcome.notes.count("rmse"), 1U);
}

TEST(Xgb, GivesTheSameScoreForTheSameConfigurationAndSeed) {
  const TrialInput input{.configuration = "eta=0.1,subsample=0.6,colsample_bytree=0.5,rounds=40", .seed = 11};
  const ObjectiveDriver first = objective(breast_cancer());
  const double value = first.evaluate(input).value;

  EXPECT_EQ(first.evaluate({.configuration = "booster=dart,rate_drop=0.3,max_bin=32,rounds=20"}).status, TUNER_OK);
  EXPECT_EQ(first.evaluate(input).value, value) << "after another trial";
  EXPECT_EQ(objective(breast_cancer()).evaluate(input).value, value) << "in a fresh instance";
}

TEST(Xgb, GivesTheSameScoreOnAnyNumberOfThreads) {
  const ObjectiveDriver driver = objective(breast_cancer({{"folds", "2"}}));
  const char* configuration = "subsample=0.6,rounds=10,max_depth=2";

  EXPECT_EQ(driver.evaluate({.configuration = configuration, .threads = 1}).value,
            driver.evaluate({.configuration = configuration, .threads = 2}).value);
}

TEST(Xgb, SamplesByTheTrialsSeed) {
  const ObjectiveDriver driver = objective(breast_cancer());
  const char* configuration = "subsample=0.5,rounds=20";

  EXPECT_NE(driver.evaluate({.configuration = configuration, .seed = 1}).value,
            driver.evaluate({.configuration = configuration, .seed = 2}).value);
}

TEST(Xgb, ReportsTheRunningMeanAfterEachFold) {
  const TrialOutcome outcome = objective(breast_cancer({{"folds", "3"}})).evaluate({.configuration = "rounds=20"});

  ASSERT_EQ(outcome.reports.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(outcome.reports[i].first, static_cast<std::int64_t>(i + 1));
  EXPECT_NE(outcome.reports[0].second, outcome.reports[1].second);
  EXPECT_EQ(outcome.reports[2].second, outcome.value);
}

TEST(Xgb, StopsWhenItIsPruned) {
  int questions = 0;
  const TrialOutcome outcome = objective(breast_cancer()).evaluate({.should_stop = [&] { return ++questions > 2; }});

  EXPECT_EQ(outcome.status, TUNER_PRUNED);
  EXPECT_EQ(questions, 4);  // and why
}

TEST(Xgb, StopsEarlyUnlessToldNotTo) {
  const TrialInput input{.configuration = "eta=0.5,rounds=200"};

  const TrialOutcome early = objective(breast_cancer({{"early_stopping", "5"}})).evaluate(input);
  const TrialOutcome late = objective(breast_cancer({{"early_stopping", "0"}})).evaluate(input);

  EXPECT_THAT(early.notes.at("trees"), Lt(100));
  EXPECT_EQ(late.notes.at("trees"), 200);
  EXPECT_THAT(early.value, Lt(late.value));
}

TEST(Xgb, MinimizesOneMinusTheAreaUnderTheCurve) {
  const TrialOutcome outcome = objective(breast_cancer({{"metric", "auc"}})).evaluate({.configuration = "rounds=20"});

  EXPECT_THAT(outcome.notes.at("auc"), AllOf(Gt(0.95), Lt(1)));
  EXPECT_EQ(outcome.value, 1 - outcome.notes.at("auc"));
}

TEST(Xgb, TrainsEveryCornerOfItsSpace) {
  const ObjectiveDriver driver = objective({{"data", example("wine")}, {"label", "cultivar"}, {"folds", "2"}});

  for (std::uint64_t i = 0; i < 12; ++i) {
    std::vector<double> configuration = driver.space().sample(3, i);
    configuration[driver.space().index_of("rounds")] = 10;  // quick
    std::string text;
    for (std::size_t p = 0; p < configuration.size(); ++p)
      if (const Parameter& parameter = driver.space().parameters()[p]; !std::isnan(configuration[p]))
        text += fmt::format("{}{}={}", text.empty() ? "" : ",", parameter.name,
                            parameter.choices.empty() ? fmt::format("{}", configuration[p])
                                                      : parameter.choices[static_cast<std::size_t>(configuration[p])]);
    const TrialOutcome outcome = driver.evaluate({.configuration = text});
    EXPECT_EQ(outcome.status, TUNER_OK) << text << ": " << outcome.error;
    EXPECT_TRUE(std::isfinite(outcome.value)) << text;
  }
}

TEST(Xgb, KeepsNothingOfATrial) {
  const ObjectiveDriver driver = objective({{"data", example("wine")}, {"label", "cultivar"}, {"folds", "2"}});
  const auto allocated_after = [&](const char* configuration) {
    EXPECT_EQ(driver.evaluate({.configuration = configuration}).status, TUNER_OK);
    return mallinfo2().uordblks;  // bytes in use; 0 under a sanitizer
  };

  const std::size_t before = allocated_after("rounds=10");
  for (int i = 0; i < 20; ++i) allocated_after("max_bin=512,rounds=20");
  const std::size_t after = allocated_after("rounds=10");

  EXPECT_THAT(after, Lt(before + 100'000));  // 20 kept trials are some megabytes
}

TEST(Xgb, SearchesAnyOtherParameterOfXgboostThatTheUserNames) {
  const char* space = R"({"parameters": [{"name": "scale_pos_weight", "type": "float", "low": 0.1, "high": 10}]})";
  const ObjectiveDriver driver(tuner_objective_v1, breast_cancer(), space);

  EXPECT_NE(driver.evaluate({.configuration = "scale_pos_weight=1"}).value,
            driver.evaluate({.configuration = "scale_pos_weight=10"}).value);
}

TEST(Xgb, RefusesAParameterThatXgboostDoesNotKnow) {
  const char* space = R"({"parameters": [{"name": "max_depht", "type": "int", "low": 1, "high": 3}]})";

  EXPECT_THAT([&] { ObjectiveDriver(tuner_objective_v1, breast_cancer(), space); },
              ThrowsMessage<std::runtime_error>(HasSubstr("'max_depht'")));
}

TEST(Xgb, NamesItsDataAsInput) {
  std::string json;
  const tuner_writer writer{
      &json, [](void* to, const char* bytes, std::size_t n) { static_cast<std::string*>(to)->append(bytes, n); }};
  const tuner_option option{"data", "some.csv"};
  const tuner_options options{sizeof options, 1, &option};

  EXPECT_EQ(tuner_objective_v1.inputs(&options, &writer, nullptr), TUNER_OK);

  EXPECT_EQ(Json::parse(json), Json({"some.csv"}));
}

// Half of the rows say by text what the label is, half by a number; both columns have holes.
std::string table_with_categories() {
  std::string csv = "colour,size,sold\n";
  for (int i = 0; i < 200; ++i) {
    const bool sold = i % 3 == 0;
    const std::string colour = i % 7 == 0 ? "NA" : sold ? (i % 2 == 0 ? "red" : "\"dark, red\"") : "blue";
    csv += fmt::format("{},{},{}\n", colour, i % 5 == 0 ? "" : sold ? "5" : "3", sold ? "yes" : "no");
  }
  return csv;
}

TEST(Xgb, LearnsFromCategoriesAndMissingValues) {
  const ScratchFolder folder;
  const std::string data = folder.write("shop.csv", table_with_categories());

  const TrialOutcome outcome = objective({{"data", data}, {"label", "sold"}, {"metric", "error"}}).evaluate({});

  ASSERT_EQ(outcome.status, TUNER_OK) << outcome.error;
  EXPECT_THAT(outcome.value, Lt(0.1));  // one row in 35 has neither; the commoner class alone gives 0.33
}

TEST(XgbRefit, ScoresTheModelOnTheHoldOutPart) {
  const ScratchFolder folder;
  const ObjectiveDriver driver = objective(breast_cancer());
  const TrialInput input{.configuration = "eta=0.1"};

  const Json metrics = Json::parse(driver.refit(TUNER_REFIT_WITHOUT_HOLDOUT, input, folder.path()));

  EXPECT_EQ(metrics.at("rows_train").get<int>() + metrics.at("rows_holdout").get<int>(), 569);
  EXPECT_EQ(metrics.at("rows_holdout"), 113);
  EXPECT_EQ(metrics.at("cv_logloss"), driver.evaluate(input).value);
  EXPECT_THAT(metrics.at("holdout_logloss").get<double>(), Lt(0.25));
  EXPECT_THAT(metrics.at("holdout_error").get<double>(), Lt(0.1));
  EXPECT_THAT(metrics.at("holdout_auc").get<double>(), Gt(0.95));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "the model that is scored is not the one to keep";
}

TEST(XgbRefit, HasNoHoldOutScoreWithoutAHoldOutPart) {
  const ScratchFolder folder;

  const Json metrics =
      Json::parse(objective(breast_cancer({{"holdout", "0"}})).refit(TUNER_REFIT_WITHOUT_HOLDOUT, {}, folder.path()));

  EXPECT_EQ(metrics, Json({{"rows_train", 569}, {"rows_holdout", 0}}));
}

TEST(XgbRefit, WritesAModelThatXgboostLoadsAndThatFitsItsData) {
  const ScratchFolder folder;
  const Json metrics =
      Json::parse(objective(breast_cancer()).refit(TUNER_REFIT_ALL, {.configuration = "eta=0.1"}, folder.path()));

  const xgb::Dataset data = xgb::make_dataset(xgb::read_table(example("breast_cancer"), {}), "diagnosis", "auto");
  xgb::Rows all(data.rows());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const xgb::Matrix matrix(data, all);
  const xgb::Booster model = xgb::Booster::load(folder.file(metrics.at("model")));

  EXPECT_THAT(xgb::find_metric(data.task, "error").score(matrix.labels(), model.predict(matrix)), Lt(0.02));
  EXPECT_EQ(metrics.at("rows_train"), 569);
  EXPECT_THAT(metrics.at("rounds").get<int>(), AllOf(Gt(5), Lt(101)));
  EXPECT_EQ(metrics.count("holdout_logloss"), 0U);
}

TEST(XgbRefit, WritesWhatTheNextProgramMustDoToARow) {
  const ScratchFolder folder;
  const std::string data = folder.write("shop.csv", table_with_categories());

  objective({{"data", data}, {"label", "sold"}}).refit(TUNER_REFIT_ALL, {.configuration = "rounds=10"}, folder.path());

  const Json preprocessing = Json::parse(std::ifstream(folder.file("preprocessing.json")));
  EXPECT_EQ(preprocessing.at("task"), "binary");
  EXPECT_EQ(preprocessing.at("label"), "sold");
  EXPECT_EQ(preprocessing.at("classes"), Json({"no", "yes"}));
  EXPECT_EQ(preprocessing.at("features"),
            Json::parse(R"([{"name": "colour", "type": "category", "categories": ["blue", "dark, red", "red"]},
                            {"name": "size", "type": "float"}])"));
}

TEST(XgbRefit, GivesTheSameModelForTheSameSeed) {
  const ScratchFolder folder;
  std::filesystem::create_directories(folder.file("a"));
  std::filesystem::create_directories(folder.file("b"));
  const TrialInput input{.configuration = "subsample=0.5,rounds=10", .seed = 5};

  objective(breast_cancer()).refit(TUNER_REFIT_ALL, input, folder.file("a"));
  objective(breast_cancer()).refit(TUNER_REFIT_ALL, input, folder.file("b"));

  EXPECT_EQ(Json::parse(std::ifstream(folder.file("a/model.json"))),
            Json::parse(std::ifstream(folder.file("b/model.json"))));
}

TEST(XgbRefit, SaysWhichFileItCannotWrite) {
  const ObjectiveDriver driver = objective(breast_cancer());

  EXPECT_THAT([&] { driver.refit(TUNER_REFIT_ALL, {.configuration = "rounds=10"}, "/no/such/folder"); },
              ThrowsMessage<std::runtime_error>(HasSubstr("/no/such/folder/model.json")));
}

}  // namespace
}  // namespace tuner::testing
