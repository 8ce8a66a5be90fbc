#include "plugins/objectives/xgb/metric.h"

#include <gmock/gmock.h>
#include <xgboost/c_api.h>

#include <array>
#include <cmath>
#include <random>

#include "plugins/objectives/xgb/booster.h"
#include "tuner/plugin.h"

namespace tuner::xgb {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using Values = std::vector<float>;

double score(Task task, const char* name, const Values& labels, const Values& predictions) {
  return find_metric(task, name).score(labels, predictions);
}

TEST(Metric, MatchesValuesComputedByHand) {
  const Values labels = {1, 0, 1, 0};
  const Values probabilities = {0.75F, 0.5F, 0.25F, 0.125F};
  EXPECT_NEAR(score(Task::binary, "logloss", labels, probabilities),
              -(std::log(0.75) + std::log(0.5) + std::log(0.25) + std::log(0.875)) / 4, 1e-15);
  EXPECT_EQ(score(Task::binary, "error", labels, probabilities), 0.25);  // 0.5 counts as negative
  EXPECT_EQ(score(Task::binary, "auc", labels, probabilities), 0.75);    // one of four pairs is the wrong way round

  const Values three_classes = {0.5F, 0.25F, 0.25F, 0.125F, 0.25F, 0.625F};
  EXPECT_NEAR(score(Task::multiclass, "mlogloss", {0, 1}, three_classes), -(std::log(0.5) + std::log(0.25)) / 2, 1e-15);
  EXPECT_EQ(score(Task::multiclass, "merror", {0, 1}, three_classes), 0.5);

  EXPECT_EQ(score(Task::regression, "rmse", {1, 2}, {4, -2}), std::sqrt(12.5));
  EXPECT_EQ(score(Task::regression, "mae", {1, 2}, {4, -2}), 3.5);
}

TEST(Metric, BoundsTheCostOfAConfidentMistake) {
  EXPECT_NEAR(score(Task::binary, "logloss", {1}, {0}), -std::log(1e-16), 1e-12);
}

TEST(Metric, CountsTiesHalfInTheAreaUnderTheCurve) {
  EXPECT_EQ(score(Task::binary, "auc", {1, 0}, {0.5F, 0.5F}), 0.5);
  EXPECT_EQ(score(Task::binary, "auc", {1, 0, 1, 0}, {0.9F, 0.9F, 0.9F, 0.1F}), 0.75);
}

TEST(Metric, HasNoAreaUnderTheCurveOfOneClass) {
  EXPECT_TRUE(std::isnan(score(Task::binary, "auc", {1, 1}, {0.5F, 0.6F})));
}

TEST(Metric, IsMinimizedAsItsLoss) {
  EXPECT_EQ(find_metric(Task::binary, "auc").loss(0.75), 0.25);
  EXPECT_EQ(find_metric(Task::binary, "error").loss(0.75), 0.75);
}

TEST(Metric, HasADefaultForEachTask) {
  EXPECT_EQ(find_metric(Task::binary, "auto").name, "logloss");
  EXPECT_EQ(find_metric(Task::multiclass, "auto").name, "mlogloss");
  EXPECT_EQ(find_metric(Task::regression, "auto").name, "rmse");
}

TEST(Metric, OfAnotherTaskIsRefused) {
  EXPECT_THAT([] { find_metric(Task::multiclass, "auc"); },
              ThrowsMessage<plugin::UserMistake>(
                  HasSubstr("metric = 'auc' does not fit a multiclass label. Use one of: auto, mlogloss, merror")));
}

// A column of numbers, one of categories with gaps, and labels that depend on both.
Dataset random_data(Task task) {
  std::mt19937_64 engine(1);
  Dataset data{.source = "t.csv", .features = {}, .label_name = "y", .task = task, .classes = {}, .labels = {}};
  data.features = {{"x", ColumnKind::numeric, {}, {}}, {"c, \"d\"", ColumnKind::categorical, {}, {"p", "q", "r"}}};
  for (int row = 0; row < 500; ++row) {
    const auto x = static_cast<double>(engine() % 100);
    const auto category = static_cast<double>(engine() % 3);
    data.features[0].values.push_back(x);
    data.features[1].values.push_back(engine() % 10 == 0 ? std::nan("") : category);
    const double label = x / 40 + category + static_cast<double>(engine() % 2);
    const double classes = task == Task::binary ? 2 : 5;
    data.labels.push_back(static_cast<float>(task == Task::regression ? label : std::fmod(std::floor(label), classes)));
  }
  return data;
}

double scored_by_xgboost(const Booster& booster, const Matrix& matrix, std::string_view metric) {
  const char* name = "all";
  const char* text = nullptr;
  DMatrixHandle handle = matrix.handle();
  XGBoosterSetParam(booster.handle(), "eval_metric", std::string(metric).c_str());
  EXPECT_EQ(XGBoosterEvalOneIter(booster.handle(), 0, &handle, &name, 1, &text), 0) << XGBGetLastError();
  const std::string line = text;
  return std::stod(line.substr(line.rfind(':') + 1));
}

class MetricOfTask : public ::testing::TestWithParam<Task> {};

TEST_P(MetricOfTask, AgreesWithXgboostsOwn) {
  const Dataset data = random_data(GetParam());
  Rows rows(data.rows());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i;
  const Matrix matrix(data, rows);
  const std::array<const Matrix*, 1> matrices = {&matrix};
  const char* objectives[] = {"binary:logistic", "multi:softprob", "reg:squarederror"};

  for (const Metric& metric : metrics_of(GetParam())) {
    Parameters parameters = {{"objective", objectives[static_cast<int>(GetParam())]},
                             {"tree_method", "hist"},
                             {"nthread", "1"},
                             {"max_depth", "3"}};
    if (GetParam() == Task::multiclass) parameters.emplace_back("num_class", "5");
    Booster booster(parameters, matrices);
    for (int round = 0; round < 5; ++round) booster.update(round, matrix);

    const double own = metric.score(matrix.labels(), booster.predict(matrix));

    EXPECT_NEAR(own, scored_by_xgboost(booster, matrix, metric.name), 1e-6 * std::max(1.0, own)) << metric.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Tasks, MetricOfTask, ::testing::Values(Task::binary, Task::multiclass, Task::regression),
                         [](const auto& each) { return std::string(to_text(each.param)); });

}  // namespace
}  // namespace tuner::xgb
