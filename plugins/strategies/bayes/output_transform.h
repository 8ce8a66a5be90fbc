// From an objective's values to the targets of the Gaussian process: standardized, or first squashed on the bad side.
//
// With t = (y - median) / (median - 10 % quantile), the soft logarithm w(t) = t for t <= 0 and log1p(t) for t > 0 keeps
// the good half as it is and compresses the bad half; beyond w = 9 it is 9 + log1p(w - 9). Its scale follows the good
// half, so the resolution grows as the search converges. All maps are monotone, continuously differentiable and exactly
// invertible.
#pragma once

#include <span>
#include <vector>

namespace tuner::strategies::bayes {

enum class Squashing { none, soft_log };

class OutputTransform {
 public:
  OutputTransform() = default;  // the identity

  // Of the values that the model is fitted to, at least one, all finite; small = good.
  static OutputTransform of(std::span<const double> values, Squashing squashing);
  // For a constraint, which is met where it is <= 0: 0 stays 0, and the sign is kept.
  static OutputTransform of_constraint(std::span<const double> values);

  double target(double value) const;
  double value(double target) const;      // the inverse
  double derivative(double value) const;  // d target / d value
  // sum ln (d target / d value): what comparing two transforms by the densities of the values needs.
  double log_jacobian(std::span<const double> values) const;
  std::vector<double> targets(std::span<const double> values) const;
  Squashing squashing() const { return squashing_; }

 private:
  double squashed(double t) const;

  Squashing squashing_ = Squashing::none;
  double centre_ = 0;
  double scale_ = 1;  // t = (value - centre) / scale
  double mean_ = 0;
  double sd_ = 1;  // target = (squashed(t) - mean) / sd
};

}  // namespace tuner::strategies::bayes
