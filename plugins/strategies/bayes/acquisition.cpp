#include "plugins/strategies/bayes/acquisition.h"

#include <cmath>

#include "plugins/strategies/bayes/normal_distribution.h"

namespace tuner::strategies::bayes {
namespace {

constexpr double kAugmentation = 0.05;
constexpr double kPenalty = 3;
// A point that is not feasible costs a trial and tells little of the objective, and where the improvement that is left
// is small, far tails of what may be feasible would win: so the chances count more than once (measured).
constexpr double kCautionOfConstraints = 2;
constexpr double kCautionOfFailures = 3;

struct ScoreAndSlopes {
  double score;
  Slopes slopes;
};

// ln((sd) h((tau - mean) / sd)).
ScoreAndSlopes log_expected_improvement(const Moments& moments, double incumbent) {
  const double sd = std::sqrt(moments.variance);
  const double zeta = (incumbent - moments.mean) / sd;
  const LogImprovement h = log_improvement(zeta);
  const double by_sd = (1 - zeta * h.derivative) / sd;
  return {h.value + std::log(sd), {-h.derivative / sd, by_sd / (2 * sd)}};
}

// ln Phi(-mean / sd): the chance that a constraint is met.
ScoreAndSlopes log_chance_below_zero(const Moments& moments) {
  const double sd = std::sqrt(moments.variance);
  const double x = -moments.mean / sd;
  const double ratio = mills_ratio(x);
  return {log_normal_cdf(x), {-ratio / sd, -0.5 * ratio * x / moments.variance}};
}

// ln Phi(mean / sqrt(1 + variance)): probit regression (Rasmussen & Williams 2006, eq. 3.82).
ScoreAndSlopes log_chance_of_working(const Moments& moments) {
  const double spread = std::sqrt(1 + moments.variance);
  const double x = moments.mean / spread;
  const double ratio = mills_ratio(x);
  return {log_normal_cdf(x), {ratio / spread, -0.5 * ratio * x / (1 + moments.variance)}};
}

// Minus the augmented Chebyshev function of the scaled confidence bounds.
double scalarized_bound(std::span<const Moments> moments, const Acquisition& acquisition, std::span<Slopes> slopes) {
  const auto& scales = acquisition.scales;
  const double augmentation = scales.size() > 1 ? kAugmentation : 0;
  std::size_t worst = 0;
  double largest = 0;
  double sum = 0;
  for (std::size_t m = 0; m < scales.size(); ++m) {
    const double bound = moments[m].mean - acquisition.kappa * std::sqrt(moments[m].variance);
    const double weighted = scales[m].weight * (bound - scales[m].ideal) / scales[m].range;
    if (m == 0 || weighted > largest) worst = m;
    if (m == 0 || weighted > largest) largest = weighted;
    sum += weighted;
  }
  for (std::size_t m = 0; m < scales.size() && !slopes.empty(); ++m) {
    const double share = scales[m].weight / scales[m].range * ((m == worst ? 1 : 0) + augmentation);
    slopes[m] = {-share, share * acquisition.kappa / (2 * std::sqrt(moments[m].variance))};
  }
  return -(largest + augmentation * sum);
}

void scale(std::span<Slopes> slopes, double factor) {
  for (Slopes& slope : slopes) slope = {slope.by_mean * factor, slope.by_variance * factor};
}

}  // namespace

double Acquisition::score(std::span<const Moments> moments, std::span<Slopes> slopes) const {
  const std::size_t objectives = scales.size();
  const bool is_improvement = criterion == Criterion::log_expected_improvement;
  double log_chance = 0;
  for (std::size_t i = objectives; i < moments.size(); ++i) {
    const bool is_failure = has_failures && i + 1 == moments.size();
    const ScoreAndSlopes chance = is_failure ? log_chance_of_working(moments[i]) : log_chance_below_zero(moments[i]);
    const double caution = !is_improvement ? 1 : is_failure ? kCautionOfFailures : kCautionOfConstraints;
    log_chance += caution * chance.score;
    if (!slopes.empty()) slopes[i] = {caution * chance.slopes.by_mean, caution * chance.slopes.by_variance};
  }
  if (criterion == Criterion::feasibility) {
    if (!slopes.empty()) scale(slopes.first(objectives), 0);
    return log_chance;
  }
  if (is_improvement) {
    const ScoreAndSlopes improvement = log_expected_improvement(moments[0], incumbent);
    if (!slopes.empty()) slopes[0] = improvement.slopes;
    return improvement.score + log_chance;
  }
  const double bound = scalarized_bound(moments.first(objectives), *this, slopes);
  const double penalty = kPenalty * target_range;
  const double chance = std::exp(log_chance);
  if (!slopes.empty()) scale(slopes.subspan(objectives), penalty * chance);
  return bound - penalty * (1 - chance);
}

}  // namespace tuner::strategies::bayes
