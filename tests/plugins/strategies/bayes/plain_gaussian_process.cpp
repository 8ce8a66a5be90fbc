#include "tests/plugins/strategies/bayes/plain_gaussian_process.h"

#include <cmath>

namespace tuner::test {

using strategies::bayes::Hyperparameters;
using strategies::bayes::Moments;
using strategies::bayes::RandomStream;
using strategies::bayes::TrainingSet;

double plain_covariance(std::span<const double> a, std::span<const double> b, std::span<const std::size_t> owners,
                        const Hyperparameters& hyperparameters) {
  double squared = 0;
  for (std::size_t e = 0; e < a.size(); ++e)
    squared += std::pow((a[e] - b[e]) / hyperparameters.length_scale[owners[e]], 2);
  const double r = std::sqrt(squared);
  return hyperparameters.signal * (1 + std::sqrt(5.0) * r + 5 * squared / 3) * std::exp(-std::sqrt(5.0) * r);
}

std::vector<double> solve(Matrix matrix, std::vector<double> right) {
  const std::size_t n = right.size();
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t pivot = i;
    for (std::size_t k = i + 1; k < n; ++k)
      if (std::abs(matrix[k][i]) > std::abs(matrix[pivot][i])) pivot = k;
    std::swap(matrix[i], matrix[pivot]);
    std::swap(right[i], right[pivot]);
    for (std::size_t k = i + 1; k < n; ++k) {
      const double factor = matrix[k][i] / matrix[i][i];
      for (std::size_t j = i; j < n; ++j) matrix[k][j] -= factor * matrix[i][j];
      right[k] -= factor * right[i];
    }
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t j = i + 1; j < n; ++j) right[i] -= matrix[i][j] * right[j];
    right[i] /= matrix[i][i];
  }
  return right;
}

Moments plain_posterior(const TrainingSet& data, std::span<const double> x, std::span<const std::size_t> owners,
                        const Hyperparameters& hyperparameters, double mean) {
  const std::size_t n = data.size();
  Matrix k(n, std::vector<double>(n));
  std::vector<double> column(n);
  std::vector<double> residual(n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j)
      k[i][j] = plain_covariance(data.features[i], data.features[j], owners, hyperparameters);
    k[i][i] += hyperparameters.noise * data.noise[i].share + data.noise[i].known;
    column[i] = plain_covariance(data.features[i], x, owners, hyperparameters);
    residual[i] = data.targets[i] - mean;
  }
  const std::vector<double> alpha = solve(k, residual);
  const std::vector<double> weights = solve(k, column);
  Moments moments{mean, hyperparameters.signal};
  for (std::size_t i = 0; i < n; ++i) {
    moments.mean += column[i] * alpha[i];
    moments.variance -= column[i] * weights[i];
  }
  return moments;
}

double central_difference(const std::function<double(const std::vector<double>&)>& f, std::vector<double> x,
                          std::size_t i, double step) {
  const double at = x[i];
  x[i] = at + step;
  const double above = f(x);
  x[i] = at - step;
  return (above - f(x)) / (2 * step);
}

RandomData::RandomData(std::size_t n, std::size_t features, std::uint64_t seed) {
  RandomStream random(seed);
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<double> row;
    for (std::size_t e = 0; e < features; ++e) row.push_back(random.uniform() - 0.5);
    rows.push_back(std::move(row));
  }
  for (const std::vector<double>& row : rows) {
    double sum = 0;
    for (std::size_t e = 0; e < features; ++e) sum += std::sin(3 * row[e] + static_cast<double>(e));
    data.add(row, sum + 0.05 * random.normal());
  }
}

}  // namespace tuner::test
