#include "plugins/strategies/bayes/output_transform.h"

#include <algorithm>
#include <cmath>

namespace tuner::strategies::bayes {
namespace {

// Beyond it differences overflow.
constexpr double kLargest = 1e300;
// Squashed values beyond it are squashed once more: what is so bad need not be told apart, and one penalty of 1e30
// would leave little of the others' differences.
constexpr double kFar = 9;

double clipped(double value) {
  return std::clamp(value, -kLargest, kLargest);
}

double quantile(std::vector<double>& values, double q) {
  const auto at = values.begin() + std::lround(q * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

// Of the good half; where its values are all the same, of more and more of the others, since one value may be as far
// away as numbers go.
double spread_of(std::vector<double>& values) {
  constexpr double kRounding = 1e-14;
  const double median = quantile(values, 0.5);
  const auto is_more_than_rounding = [&](double spread) { return spread > kRounding * std::abs(median); };
  if (const double good = median - quantile(values, 0.1); is_more_than_rounding(good)) return good;
  for (const double q : {0.75, 0.9, 1.0})
    if (const double bad = quantile(values, q) - median; is_more_than_rounding(bad)) return bad;
  return median - quantile(values, 0);
}

double usable(double scale) {
  return std::isfinite(scale) && scale > 1e-300 ? scale : 1.0;
}

}  // namespace

double OutputTransform::squashed(double t) const {
  if (squashing_ == Squashing::none || t <= 0) return t;
  const double w = std::log1p(t);
  return w <= kFar ? w : kFar + std::log1p(w - kFar);
}

OutputTransform OutputTransform::of(std::span<const double> values, Squashing squashing) {
  std::vector<double> sorted;
  for (const double value : values) sorted.push_back(clipped(value));
  const auto [low, high] = std::minmax_element(sorted.begin(), sorted.end());
  const double range = *high / 2 - *low / 2;

  OutputTransform transform;
  transform.squashing_ = squashing;
  transform.scale_ = usable(range);
  transform.centre_ = quantile(sorted, 0.5);
  if (squashing == Squashing::soft_log) transform.scale_ = usable(spread_of(sorted));

  const std::vector<double> raw = transform.targets(values);
  double sum = 0;
  for (const double w : raw) sum += w;
  const double mean = sum / static_cast<double>(raw.size());
  double squares = 0;
  for (const double w : raw) squares += (w - mean) * (w - mean);
  transform.mean_ = mean;
  const double sd = std::sqrt(squares / static_cast<double>(raw.size()));
  transform.sd_ = sd > 1e-12 ? sd : 1.0;  // all equal: targets are 0, and the engine only explores
  return transform;
}

OutputTransform OutputTransform::of_constraint(std::span<const double> values) {
  std::vector<double> sizes;
  for (const double value : values) sizes.push_back(std::abs(clipped(value)));
  OutputTransform transform;
  transform.squashing_ = Squashing::soft_log;
  transform.scale_ = usable(quantile(sizes, 0.5));
  double squares = 0;
  for (const double value : values) squares += std::pow(transform.target(value), 2);
  transform.sd_ = usable(std::sqrt(squares / static_cast<double>(values.size())));
  return transform;
}

double OutputTransform::target(double value) const {
  return (squashed(clipped(value) / scale_ - centre_ / scale_) - mean_) / sd_;
}

double OutputTransform::value(double target) const {
  double w = target * sd_ + mean_;
  if (squashing_ == Squashing::none || w <= 0) return centre_ + w * scale_;
  if (w > kFar) w = kFar + std::expm1(w - kFar);
  return centre_ + std::expm1(w) * scale_;
}

double OutputTransform::derivative(double value) const {
  const double t = clipped(value) / scale_ - centre_ / scale_;
  double slope = 1;
  if (squashing_ == Squashing::soft_log && t > 0) slope /= (1 + t) * (1 + std::max(std::log1p(t) - kFar, 0.0));
  return slope / (scale_ * sd_);
}

double OutputTransform::log_jacobian(std::span<const double> values) const {
  double sum = 0;
  for (const double value : values) sum += std::log(std::max(derivative(value), 1e-300));
  return sum;
}

std::vector<double> OutputTransform::targets(std::span<const double> values) const {
  std::vector<double> targets;
  targets.reserve(values.size());
  for (const double v : values) targets.push_back(target(v));
  return targets;
}

}  // namespace tuner::strategies::bayes
