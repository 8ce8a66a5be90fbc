#include "plugins/strategies/bayes/normal_distribution.h"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <numbers>

namespace tuner::strategies::bayes {
namespace {

const double kLogRootTwoPi = 0.5 * std::log(2 * std::numbers::pi);
const double kRootHalfPi = std::sqrt(std::numbers::pi / 2);

// Below it 1 + sqrt(pi/2) zeta erfcx(-zeta / sqrt 2), which is about zeta^-2, loses more digits by cancellation than
// its asymptotic series has errors (105 zeta^-6 relative).
constexpr double kAsymptotic = -300;

}  // namespace

double scaled_erfc(double x) {
  if (x < 25) return std::exp(x * x) * std::erfc(x);
  const double u = 1 / (x * x);  // Abramowitz & Stegun 7.1.23
  const double series = 1 - u * (0.5 - u * (0.75 - u * (1.875 - u * (6.5625 - u * 29.53125))));
  return series / (x * std::sqrt(std::numbers::pi));
}

double log_normal_cdf(double x) {
  if (x > -1) return std::log(0.5 * std::erfc(-x / std::numbers::sqrt2));
  return -0.5 * x * x + std::log(0.5 * scaled_erfc(-x / std::numbers::sqrt2));
}

double mills_ratio(double x) {
  if (x > -1) return std::exp(-0.5 * x * x - kLogRootTwoPi) / (0.5 * std::erfc(-x / std::numbers::sqrt2));
  return 1 / (kRootHalfPi * scaled_erfc(-x / std::numbers::sqrt2));
}

LogImprovement log_improvement(double zeta) {
  if (zeta > -1) {
    const double density = std::exp(-0.5 * zeta * zeta - kLogRootTwoPi);
    const double probability = 0.5 * std::erfc(-zeta / std::numbers::sqrt2);
    const double h = density + zeta * probability;
    return {std::log(h), probability / h};
  }
  const double tail = kRootHalfPi * scaled_erfc(-zeta / std::numbers::sqrt2);  // Phi / phi
  const double u = 1 / (zeta * zeta);
  const double ratio = zeta > kAsymptotic ? 1 + zeta * tail : u * (1 - u * (3 - 15 * u));  // h / phi
  return {-0.5 * zeta * zeta - kLogRootTwoPi + std::log(ratio), tail / ratio};
}

double normal_quantile(double p) {
  return -std::numbers::sqrt2 * boost::math::erfc_inv(2 * std::clamp(p, 5e-4, 1 - 5e-4));
}

}  // namespace tuner::strategies::bayes
