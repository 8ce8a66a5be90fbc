// What earlier studies say of an objective or a constraint: a Gaussian process whose mean becomes a basis function of
// the new one.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "plugins/strategies/bayes/encoding.h"
#include "plugins/strategies/bayes/gaussian_process.h"
#include "plugins/strategies/bayes/history.h"

namespace tuner::strategies::bayes {

using Trend = std::shared_ptr<GaussianProcess>;  // null = none

// From the values of one output at these points; nothing where no process can be conditioned on them.
Trend learn_trend(std::span<const Observation> imported, std::span<const double> values, const Encoding& encoding,
                  const Prior& prior);

// Leaves what the trend does not explain; hyperparameters are those of that. Its weight is found by ridge regression
// towards 1, before there is a covariance to weigh rows by.
void subtract_trend(const GaussianProcess& trend, TrainingSet& data);

}  // namespace tuner::strategies::bayes
