#include "plugins/strategies/bayes/trust_region.h"

#include <algorithm>
#include <cmath>

namespace tuner::strategies::bayes {
namespace {

constexpr double kFirstSide = 0.8;
constexpr double kLeastSide = 1.0 / 128;
constexpr double kMostSide = 1.6;
constexpr std::size_t kSuccessesToGrow = 3;
constexpr double kLongest = 10;  // length scales beyond it are as good as infinite

}  // namespace

// TuRBO waits for as many failures as there are dimensions; results that were already under way when the box changed
// must not count against it, so it waits for as many as were pending too. Trials started but not told are pending.
std::size_t TrustRegion::patience() const {
  const std::uint64_t pending = trials_ - std::min<std::uint64_t>(trials_, told_);
  return std::max({std::size_t{4}, dimensions_, static_cast<std::size_t>(pending)});
}

void TrustRegion::tell(std::uint64_t trial, double value) {
  ++told_;
  trials_ = std::max(trials_, trial + 1);
  if (std::isnan(value)) return;
  const bool is_first = sorted_.empty();
  const double best = is_first ? value : sorted_.front();
  const double median = is_first ? value : sorted_[sorted_.size() / 2];
  const bool success = value < best - 1e-3 * (median / 2 - best / 2);
  sorted_.insert(std::lower_bound(sorted_.begin(), sorted_.end(), value), value);
  if (is_first) return;

  failures_ = success ? 0 : failures_ + 1;
  successes_ = success ? successes_ + 1 : (failures_ > 2 ? 0 : successes_);
  if (successes_ >= kSuccessesToGrow) {
    side_ = std::min(2 * side_, kMostSide);
    successes_ = 0;
  }
  if (failures_ >= patience()) {
    side_ /= 2;
    failures_ = 0;
  }
  if (side_ < kLeastSide) {
    side_ = kFirstSide;
    ++restarts_;
  }
}

Box TrustRegion::around(const Point& centre, const Encoding& encoding, std::span<const double> length_scale) const {
  double sum = 0;
  double count = 0;
  for (std::size_t j = 0; j < encoding.size(); ++j) {
    if (encoding[j].is_fixed() || encoding[j].unordered) continue;
    sum += std::log(std::min(length_scale[j], kLongest));
    ++count;
  }
  const double mean = count > 0 ? std::exp(sum / count) : 1;
  Box box = Box::whole(encoding.size());
  for (std::size_t j = 0; j < encoding.size(); ++j) {
    if (encoding[j].unordered || !centre.is_active(j)) continue;
    const double half = std::max(0.5 * side_ * std::min(length_scale[j], kLongest) / mean, 1.01 / encoding[j].cells);
    box.lower[j] = std::max(0.0, centre.cube[j] - half);
    box.upper[j] = std::min(1.0, centre.cube[j] + half);
  }
  return box;
}

}  // namespace tuner::strategies::bayes
