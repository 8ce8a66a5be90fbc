#include "plugins/objectives/xgb/metric.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "tuner/did_you_mean.h"
#include "tuner/plugin.h"

namespace tuner::xgb {
namespace {

using Values = std::span<const float>;

// XGBoost's own bound: a confident mistake costs -log(1e-16) = 36.8 and not infinity.
constexpr double kSmallestProbability = 1e-16;

double negative_log(double probability) {
  return -std::log(std::max(probability, kSmallestProbability));
}

// The mean of cost(row) over n rows.
template <class Cost>
double mean(std::size_t n, Cost cost) {
  double sum = 0;
  for (std::size_t row = 0; row < n; ++row) sum += cost(row);
  return sum / static_cast<double>(n);
}

double logloss(Values labels, Values predictions) {
  return mean(labels.size(), [&](std::size_t row) {
    const double probability = predictions[row];
    return negative_log(labels[row] > 0.5F ? probability : 1 - probability);
  });
}

double error(Values labels, Values predictions) {
  return mean(labels.size(), [&](std::size_t row) { return (predictions[row] > 0.5F) != (labels[row] > 0.5F); });
}

// Area under the ROC curve by the Mann-Whitney statistic: the share of (positive, negative) pairs in which the positive
// row has the higher prediction, ties counting half.
double auc(Values labels, Values predictions) {
  std::vector<std::size_t> order(labels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return predictions[a] < predictions[b]; });

  double pairs = 0;
  double negatives = 0;
  double positives = 0;
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    double tied[2] = {0, 0};
    for (; end < order.size() && predictions[order[end]] == predictions[order[begin]]; ++end)
      ++tied[labels[order[end]] > 0.5F ? 1 : 0];
    pairs += tied[1] * (negatives + tied[0] / 2);
    negatives += tied[0];
    positives += tied[1];
  }
  const double all_pairs = positives * negatives;
  return all_pairs > 0 ? pairs / all_pairs : std::numeric_limits<double>::quiet_NaN();
}

Values row_of(Values labels, Values predictions, std::size_t row) {
  const std::size_t classes = predictions.size() / labels.size();
  return predictions.subspan(row * classes, classes);
}

double mlogloss(Values labels, Values predictions) {
  return mean(labels.size(), [&](std::size_t row) {
    return negative_log(row_of(labels, predictions, row)[static_cast<std::size_t>(labels[row])]);
  });
}

double merror(Values labels, Values predictions) {
  return mean(labels.size(), [&](std::size_t row) {
    const Values probabilities = row_of(labels, predictions, row);
    const auto likeliest = std::max_element(probabilities.begin(), probabilities.end()) - probabilities.begin();
    return likeliest != static_cast<std::ptrdiff_t>(labels[row]);
  });
}

double rmse(Values labels, Values predictions) {
  return std::sqrt(mean(labels.size(), [&](std::size_t row) {
    const double difference = static_cast<double>(predictions[row]) - labels[row];
    return difference * difference;
  }));
}

double mae(Values labels, Values predictions) {
  return mean(labels.size(),
              [&](std::size_t row) { return std::abs(static_cast<double>(predictions[row]) - labels[row]); });
}

constexpr std::array<Metric, 3> kBinary = {Metric{"logloss", Task::binary, false, logloss},
                                           Metric{"error", Task::binary, false, error},
                                           Metric{"auc", Task::binary, true, auc}};
constexpr std::array<Metric, 2> kMulticlass = {Metric{"mlogloss", Task::multiclass, false, mlogloss},
                                               Metric{"merror", Task::multiclass, false, merror}};
constexpr std::array<Metric, 2> kRegression = {Metric{"rmse", Task::regression, false, rmse},
                                               Metric{"mae", Task::regression, false, mae}};

std::vector<std::string> all_names() {
  std::vector<std::string> names{"auto"};
  for (const Task task : {Task::binary, Task::multiclass, Task::regression})
    for (const Metric& metric : metrics_of(task)) names.emplace_back(metric.name);
  return names;
}

bool is_metric(std::string_view name) {
  const std::vector<std::string> names = all_names();
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::span<const Metric> metrics_of(Task task) {
  if (task == Task::binary) return kBinary;
  if (task == Task::multiclass) return kMulticlass;
  return kRegression;
}

const Metric& find_metric(Task task, std::string_view name) {
  const std::span<const Metric> metrics = metrics_of(task);
  if (name == "auto") return metrics.front();
  std::string names = "auto";
  for (const Metric& metric : metrics) {
    if (metric.name == name) return metric;
    names += fmt::format(", {}", metric.name);
  }
  if (!is_metric(name))
    throw plugin::UserMistake(
        fmt::format("option metric = '{}' is not known.{}", name, plugin::did_you_mean(name, all_names())));
  throw plugin::UserMistake(
      fmt::format("option metric = '{}' does not fit a {} label. Use one of: {}", name, to_text(task), names));
}

}  // namespace tuner::xgb
