#include "plugins/objectives/xgb/dataset.h"

#include <gmock/gmock.h>

#include <numeric>

#include "tuner/plugin.h"

namespace tuner::xgb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// One feature and the given label.
Table table_with(Column label) {
  Table table{"t.csv", {}, {}};
  table.lines.resize(label.values.size());
  std::iota(table.lines.begin(), table.lines.end(), std::size_t{2});
  table.columns.push_back({"x", ColumnKind::numeric, std::vector<double>(label.values.size()), {}});
  table.columns.push_back(std::move(label));
  return table;
}

Table numeric(const std::vector<double>& values) {
  return table_with({"y", ColumnKind::numeric, values, {}});
}

Table textual(const std::vector<double>& codes, const std::vector<std::string>& categories) {
  return table_with({"y", ColumnKind::categorical, codes, categories});
}

std::vector<double> count_up_to(int n) {
  std::vector<double> values(static_cast<std::size_t>(n));
  std::iota(values.begin(), values.end(), 0);
  return values;
}

Task detected(const Table& table) {
  return make_dataset(table, "y", "auto").task;
}

TEST(Dataset, DetectsTheTaskFromTheLabel) {
  EXPECT_EQ(detected(numeric({0, 1, 1, 0})), Task::binary);
  EXPECT_EQ(detected(numeric({0.5, 1.5, 0.5})), Task::binary);
  EXPECT_EQ(detected(numeric({1, 2, 3, 1})), Task::multiclass);
  EXPECT_EQ(detected(numeric({1, 2, 3.5, 1})), Task::regression);
  EXPECT_EQ(detected(numeric(count_up_to(20))), Task::multiclass);
  EXPECT_EQ(detected(numeric(count_up_to(21))), Task::regression);
  EXPECT_EQ(detected(textual({0, 1, 0}, {"no", "yes"})), Task::binary);
  EXPECT_EQ(detected(textual({0, 1, 2}, {"a", "b", "c"})), Task::multiclass);
}

TEST(Dataset, FollowsADeclaredTask) {
  EXPECT_EQ(make_dataset(numeric({1, 2, 3}), "y", "regression").task, Task::regression);
  EXPECT_EQ(make_dataset(numeric(count_up_to(30)), "y", "multiclass").classes.size(), 30U);
}

TEST(Dataset, EncodesClassesInTheirOrder) {
  const Dataset data = make_dataset(numeric({30, 10, 20, 10}), "y", "auto");

  EXPECT_THAT(data.classes, ElementsAre("10", "20", "30"));
  EXPECT_THAT(data.labels, ElementsAre(2, 0, 1, 0));
}

TEST(Dataset, KeepsTheNumbersOfARegression) {
  const Dataset data = make_dataset(numeric({0.5, -1, 7}), "y", "auto");

  EXPECT_TRUE(data.classes.empty());
  EXPECT_THAT(data.labels, ElementsAre(0.5, -1, 7));
}

TEST(Dataset, DoesNotLearnFromTheLabel) {
  const Dataset data = make_dataset(numeric({0, 1}), "y", "auto");

  ASSERT_EQ(data.features.size(), 1U);
  EXPECT_EQ(data.features[0].name, "x");
}

TEST(Dataset, FindsALabelOfTheUsualName) {
  EXPECT_EQ(make_dataset(numeric({0, 1}), "", "auto").label_name, "y");
}

void expect_mistake(const Table& table, const char* label, const char* task, const char* message) {
  EXPECT_THAT([&] { make_dataset(table, label, task); }, ThrowsMessage<plugin::UserMistake>(HasSubstr(message)));
}

TEST(Dataset, RefusesLabelsThatCannotBeLearned) {
  constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
  expect_mistake(numeric({0, kMissing}), "y", "auto", "t.csv:3: the label 'y' is missing");
  expect_mistake(numeric({1, 1}), "y", "auto", "the same value in every row");
  expect_mistake(textual({0, 0}, {"a"}), "y", "auto", "the same value in every row");
  expect_mistake(textual({0, 1}, {"a", "b"}), "y", "regression", "is text, which task = regression cannot learn");
  expect_mistake(numeric({1, 2, 3}), "y", "binary", "has 3 classes, task = binary needs 2");
  expect_mistake(numeric({1, 2}), "y", "multiclass", "has 2 classes. Try --set task=binary");
  expect_mistake(numeric({1, 2}), "y", "ranking",
                 "option task = 'ranking' is not known. Known are: auto, binary, multiclass, regression.");
}

TEST(Dataset, RefusesALabelThatIsNotThere) {
  expect_mistake(numeric({0, 1}), "Y", "auto", "label 'Y' is no column of t.csv. Did you mean 'y'? Columns are: x, y");
  Table table = numeric({0, 1});
  table.columns[1].name = "outcome";
  expect_mistake(table, "", "auto", "--set label=NAME. Columns are: x, outcome");
}

TEST(Dataset, RefusesATableOfNothingButTheLabel) {
  Table table = numeric({0, 1});
  table.columns.erase(table.columns.begin());
  expect_mistake(table, "y", "auto", "no column besides the label 'y'");
}

}  // namespace
}  // namespace tuner::xgb
