#include "plugins/strategies/bayes/fit.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "plugins/strategies/bayes/box_minimizer.h"
#include "plugins/strategies/bayes/linear_algebra.h"

namespace tuner::strategies::bayes {

double negative_log_posterior(const TrainingSet& data, std::span<const std::size_t> owners, const Prior& prior,
                              std::span<const double> theta, std::span<double> gradient) {
  const Hyperparameters at = from_logarithms(theta);
  const std::vector<double> columns = scaled_columns(data.features, owners, at.length_scale);
  std::vector<double> learned_noise;
  std::vector<double> noise;
  for (const TargetNoise& target : data.noise) {
    learned_noise.push_back(at.noise * target.share);
    noise.push_back(learned_noise.back() + target.known + kJitter * at.signal);
  }
  std::vector<double> by_feature(owners.size());
  const LikelihoodResult likelihood =
      linear_algebra().likelihood({{columns.data(), data.size(), owners.size(), data.size()},
                                   data.targets.data(),
                                   noise.data(),
                                   learned_noise.data(),
                                   at.signal,
                                   kMeanPrecision},
                                  by_feature.data());
  if (!likelihood.positive_definite || !std::isfinite(likelihood.value)) return std::numeric_limits<double>::infinity();

  std::fill(gradient.begin(), gradient.end(), 0.0);
  for (std::size_t e = 0; e < owners.size(); ++e) gradient[owners[e]] += by_feature[e];
  gradient[theta.size() - 2] = likelihood.by_signal;
  gradient[theta.size() - 1] = likelihood.by_noise;
  // The density of the scatter of replicates is that of sigma^2 chi^2.
  gradient[theta.size() - 1] += 0.5 * (data.scatter_freedom - data.scatter / at.noise);
  const double of_scatter = 0.5 * (data.scatter_freedom * std::log(at.noise) + data.scatter / at.noise);
  return likelihood.value + of_scatter + prior.negative_log_density(theta, gradient);
}

Fit fit(const TrainingSet& data, std::span<const std::size_t> owners, const Prior& prior,
        const std::vector<std::vector<double>>& starts) {
  const Differentiable f = [&](std::span<const double> theta, std::span<double> gradient) {
    return negative_log_posterior(data, owners, prior, theta, gradient);
  };
  Fit best{prior.mode(), std::numeric_limits<double>::infinity()};
  for (const std::vector<double>& start : starts) {
    Minimum minimum = minimize_in_box(f, start, prior.lower(), prior.upper());
    if (minimum.value < best.negative_log_posterior) best = {std::move(minimum.x), minimum.value};
  }
  return best;
}

}  // namespace tuner::strategies::bayes
