#include "plugins/strategies/bayes/earlier_study.h"

#include <algorithm>
#include <numeric>

#include "plugins/strategies/bayes/fit.h"
#include "plugins/strategies/bayes/normal_distribution.h"

namespace tuner::strategies::bayes {

// Their values are on another scale, so only the order counts: targets are normal quantiles of the ranks.
Trend learn_trend(std::span<const Observation> imported, std::span<const double> values, const Encoding& encoding,
                  const Prior& prior) {
  TrainingSet data;
  for (std::size_t i = 0; i < values.size(); ++i) {
    double below = 0;
    for (const double other : values) below += other < values[i] ? 1 : (other == values[i] ? 0.5 : 0);
    data.add(imported[i].point.features, normal_quantile(below / static_cast<double>(values.size())));
  }
  const Hyperparameters found = fit(data, encoding.owners(), prior, {prior.mode()}).hyperparameters();
  auto trend = std::make_shared<GaussianProcess>(encoding.owners(), found);
  return trend->condition(data) ? trend : nullptr;
}

void subtract_trend(const GaussianProcess& trend, TrainingSet& data) {
  const double n = static_cast<double>(data.size());
  std::vector<double> h;
  for (const auto& row : data.features) h.push_back(trend.mean_at(row));
  const double mean_h = std::accumulate(h.begin(), h.end(), 0.0) / n;
  const double mean_y = std::accumulate(data.targets.begin(), data.targets.end(), 0.0) / n;
  double covariance = 1;
  double variance = 1;
  for (std::size_t i = 0; i < h.size(); ++i) {
    covariance += (h[i] - mean_h) * (data.targets[i] - mean_y);
    variance += (h[i] - mean_h) * (h[i] - mean_h);
  }
  const double weight = std::max(0.0, covariance / variance);
  for (std::size_t i = 0; i < h.size(); ++i) data.targets[i] -= weight * h[i];
}

}  // namespace tuner::strategies::bayes
