#include "plugins/strategies/bayes/hyperparameters.h"

#include <algorithm>
#include <cmath>

namespace tuner::strategies::bayes {

Prior::Prior(std::size_t parameters, std::size_t varying) {
  const double dimensions = static_cast<double>(std::max<std::size_t>(varying, 1));
  const auto add = [this](std::size_t count, double mean, double sd, double low, double high) {
    mean_.insert(mean_.end(), count, mean);
    precision_.insert(precision_.end(), count, 1 / (sd * sd));
    lower_.insert(lower_.end(), count, std::log(low));
    upper_.insert(upper_.end(), count, std::log(high));
  };
  add(parameters, std::log(0.5) + 0.5 * std::log(dimensions / 2), 1, 5e-3, 1e3);
  add(1, 0, 1, 1e-3, 1e3);
  add(1, std::log(1e-4), 2, 1e-6, 10);
}

double Prior::negative_log_density(std::span<const double> theta, std::span<double> gradient) const {
  double sum = 0;
  for (std::size_t i = 0; i < theta.size(); ++i) {
    const double distance = theta[i] - mean_[i];
    sum += 0.5 * precision_[i] * distance * distance;
    gradient[i] += precision_[i] * distance;
  }
  return sum;
}

Hyperparameters from_logarithms(std::span<const double> theta) {
  Hyperparameters result;
  for (const double logarithm : theta.first(theta.size() - 2)) result.length_scale.push_back(std::exp(logarithm));
  result.signal = std::exp(theta[theta.size() - 2]);
  result.noise = std::exp(theta[theta.size() - 1]);
  return result;
}

std::vector<double> to_logarithms(const Hyperparameters& hyperparameters) {
  std::vector<double> theta;
  for (const double length : hyperparameters.length_scale) theta.push_back(std::log(length));
  theta.push_back(std::log(hyperparameters.signal));
  theta.push_back(std::log(hyperparameters.noise));
  return theta;
}

}  // namespace tuner::strategies::bayes
