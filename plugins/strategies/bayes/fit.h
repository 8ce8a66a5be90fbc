// Finds the hyperparameters of highest posterior density (MAP) for some data.
#pragma once

#include <span>
#include <vector>

#include "plugins/strategies/bayes/hyperparameters.h"
#include "plugins/strategies/bayes/training_set.h"

namespace tuner::strategies::bayes {

// Relative to s^2, added to the diagonal always: what rounding may take away from it.
inline constexpr double kJitter = 1e-10;
// Of the prior N(0, 10^2) of the constant mean.
inline constexpr double kMeanPrecision = 1e-2;

// -ln p(targets | theta) - ln p(theta) without constants, and its gradient; infinity where the covariance is not
// positive definite. `owners` names the parameter of each feature.
double negative_log_posterior(const TrainingSet& data, std::span<const std::size_t> owners, const Prior& prior,
                              std::span<const double> theta, std::span<double> gradient);

struct Fit {
  std::vector<double> theta;
  double negative_log_posterior = 0;

  Hyperparameters hyperparameters() const { return from_logarithms(theta); }
};

// The best of the local minima that are found from the starts.
Fit fit(const TrainingSet& data, std::span<const std::size_t> owners, const Prior& prior,
        const std::vector<std::vector<double>>& starts);

}  // namespace tuner::strategies::bayes
