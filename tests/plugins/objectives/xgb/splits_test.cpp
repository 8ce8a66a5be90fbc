#include "plugins/objectives/xgb/splits.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>

#include "tuner/plugin.h"

namespace tuner::xgb {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::ThrowsMessage;

// 300 rows, every fifth of class 1, every tenth of class 2.
Dataset three_classes() {
  Dataset data{.source = "t.csv", .features = {}, .label_name = "y", .classes = {"a", "b", "c"}, .labels = {}};
  data.task = Task::multiclass;
  for (int row = 0; row < 300; ++row) data.labels.push_back(row % 10 == 0 ? 2.0F : row % 5 == 0 ? 1.0F : 0.0F);
  return data;
}

Dataset regression(std::size_t rows) {
  Dataset data{.source = "t.csv", .features = {}, .label_name = "y", .classes = {}, .labels = {}};
  data.labels.resize(rows);
  std::iota(data.labels.begin(), data.labels.end(), 0.5F);
  return data;
}

std::size_t count_of(const Dataset& data, const Rows& rows, float label) {
  return static_cast<std::size_t>(
      std::count_if(rows.begin(), rows.end(), [&](std::size_t row) { return data.labels[row] == label; }));
}

void append(Rows& all, const Rows& rows) {
  all.insert(all.end(), rows.begin(), rows.end());
}

void expect_every_row_once(const Splits& splits, std::size_t rows) {
  Rows all = splits.holdout;
  for (const Rows& fold : splits.folds) append(all, fold);
  std::sort(all.begin(), all.end());
  Rows expected(rows);
  std::iota(expected.begin(), expected.end(), std::size_t{0});
  EXPECT_EQ(all, expected);
}

TEST(Splits, PutEveryRowIntoTheHoldOutPartOrOneFold) {
  expect_every_row_once(make_splits(three_classes(), {}), 300);
  expect_every_row_once(make_splits(regression(101), {.folds = 3, .holdout = 0.33}), 101);
  expect_every_row_once(make_splits(regression(10), {.folds = 10, .holdout = 0}), 10);
}

TEST(Splits, GiveEachPartItsShareOfEachClass) {
  const Dataset data = three_classes();

  const Splits splits = make_splits(data, {.folds = 4, .holdout = 0.25});

  for (const float label : {0.0F, 1.0F, 2.0F}) {
    const auto all =
        static_cast<double>(count_of(data, splits.search_rows(), label) + count_of(data, splits.holdout, label));
    EXPECT_NEAR(static_cast<double>(count_of(data, splits.holdout, label)), 0.25 * all, 1);
    for (const Rows& fold : splits.folds)
      EXPECT_NEAR(static_cast<double>(count_of(data, fold, label)), 0.75 * all / 4, 1);
  }
}

TEST(Splits, NeverTrainOnTheHoldOutPartNorOnTheFoldThatValidates) {
  const Splits splits = make_splits(three_classes(), {});

  for (std::size_t fold = 0; fold < splits.folds.size(); ++fold) {
    Rows kept_away = splits.holdout;
    append(kept_away, splits.folds[fold]);
    for (const std::size_t row : splits.training_rows(fold)) EXPECT_THAT(kept_away, Not(Contains(row)));
    EXPECT_EQ(splits.training_rows(fold).size() + kept_away.size(), 300U);
  }
}

TEST(Splits, AreAFunctionOfTheSeed) {
  const Dataset data = three_classes();
  const Splits splits = make_splits(data, {.seed = 7});

  EXPECT_EQ(make_splits(data, {.seed = 7}).folds, splits.folds);
  EXPECT_EQ(make_splits(data, {.seed = 7}).holdout, splits.holdout);
  EXPECT_NE(make_splits(data, {.seed = 8}).folds, splits.folds);
  EXPECT_NE(make_splits(data, {.seed = 8}).holdout, splits.holdout);
}

TEST(Splits, HoldTheSameRowsOutWhateverTheNumberOfFolds) {
  const Dataset data = three_classes();

  EXPECT_EQ(make_splits(data, {.folds = 3}).holdout, make_splits(data, {.folds = 10}).holdout);
}

TEST(Splits, HoldNothingOutWhereNothingIsAskedFor) {
  EXPECT_TRUE(make_splits(three_classes(), {.holdout = 0}).holdout.empty());
}

void expect_mistake(const Dataset& data, const SplitOptions& options, const char* message) {
  EXPECT_THAT([&] { make_splits(data, options); }, ThrowsMessage<plugin::UserMistake>(HasSubstr(message)));
}

TEST(Splits, RefuseTooFewRows) {
  expect_mistake(regression(4), {.folds = 5, .holdout = 0}, "fewer rows than folds: 4 outside the hold-out part for 5");
  expect_mistake(regression(4), {.folds = 2, .holdout = 0.1}, "too few to hold a share of 0.1 out");
  expect_mistake(three_classes(), {.folds = 40, .holdout = 0}, "class 'b' of label 'y' has fewer rows than folds: 30");
}

}  // namespace
}  // namespace tuner::xgb
