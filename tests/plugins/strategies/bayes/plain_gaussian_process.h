// The formulas of a Gaussian process as they stand in the books, slow and obvious, to compare the fast code with.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "plugins/strategies/bayes/gaussian_process.h"
#include "plugins/strategies/bayes/hyperparameters.h"
#include "plugins/strategies/bayes/random_stream.h"
#include "plugins/strategies/bayes/training_set.h"

namespace tuner::test {

using Matrix = std::vector<std::vector<double>>;

double plain_covariance(std::span<const double> a, std::span<const double> b, std::span<const std::size_t> owners,
                        const strategies::bayes::Hyperparameters& hyperparameters);
std::vector<double> solve(Matrix matrix, std::vector<double> right);  // Gauss with pivoting
strategies::bayes::Moments plain_posterior(const strategies::bayes::TrainingSet& data, std::span<const double> x,
                                           std::span<const std::size_t> owners,
                                           const strategies::bayes::Hyperparameters& hyperparameters, double mean);
double central_difference(const std::function<double(const std::vector<double>&)>& f, std::vector<double> x,
                          std::size_t i, double step = 1e-5);

// n random rows with targets of a smooth function.
struct RandomData {
  RandomData(std::size_t n, std::size_t features, std::uint64_t seed);

  std::vector<std::vector<double>> rows;
  strategies::bayes::TrainingSet data;
};

}  // namespace tuner::test
