#include "plugins/strategies/bayes/failure_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "plugins/strategies/bayes/active_set.h"
#include "plugins/strategies/bayes/normal_distribution.h"

namespace tuner::strategies::bayes {
namespace {

constexpr std::size_t kFewestFailures = 3;
constexpr double kMostFailing = 0.9;
constexpr std::size_t kMostRows = 256;
constexpr std::size_t kMostFitRows = 96;
constexpr std::array kLengthFactors{1.0, 0.5, 0.25, 0.125};
constexpr double kLongestLength = 4;
constexpr std::array kSignals{1.0, 30.0, 1000.0};

// Configurations with +1 where they work and -1 where they fail.
struct Outcomes {
  std::vector<std::span<const double>> features;
  std::vector<double> labels;
};

Outcomes outcomes_of(const History& history, std::size_t most) {
  std::vector<double> badness;
  std::vector<std::uint64_t> keys;
  for (const Observation& observation : history.observations()) {
    badness.push_back(observation.failed ? 0 : 1);
    keys.push_back(observation.trial);
  }
  Outcomes outcomes;
  for (const std::size_t i : best_and_some_others(badness, keys, most)) {
    const Observation& observation = history.observations()[i];
    outcomes.features.emplace_back(observation.point.features);
    outcomes.labels.push_back(observation.failed ? -1 : 1);
  }
  return outcomes;
}

// What ln Phi(label f) is, to second order at f, up to a constant: the density of `target` with the variance `noise`.
struct Site {
  double target;
  TargetNoise noise;
};

Site site_at(double label, double f) {
  constexpr double kLeastCurvature = 1e-8;
  const double x = label * f;
  const double ratio = mills_ratio(x);
  const double curvature = std::max(ratio * (x + ratio), kLeastCurvature);
  return {f + label * ratio / curvature, {.share = 0, .known = 1 / curvature}};
}

// Newton's steps to the mode of f, each of which is the regression of the sites (eq. 3.18); nothing where they fail.
std::optional<GaussianProcess> classification(const Outcomes& outcomes, const Hyperparameters& hyperparameters,
                                              double prior_mean, const Encoding& encoding) {
  constexpr int kMostSteps = 20;
  constexpr double kConverged = 1e-3;
  GaussianProcess process(encoding.owners(), hyperparameters, prior_mean);
  std::vector<double> f(outcomes.labels.size(), prior_mean);
  for (int step = 0; step < kMostSteps; ++step) {
    TrainingSet sites;
    for (std::size_t i = 0; i < f.size(); ++i) {
      const Site site = site_at(outcomes.labels[i], f[i]);
      sites.add(outcomes.features[i], site.target, site.noise);
    }
    if (!process.condition(sites)) return std::nullopt;
    const std::vector<double> last = std::exchange(f, process.means_of_rows());
    double moved = 0;
    for (std::size_t i = 0; i < f.size(); ++i) moved = std::max(moved, std::abs(f[i] - last[i]));
    if (moved < kConverged) break;
  }
  return process;
}

// ln of the chance of each outcome from the others (Vehtari et al., JMLR 17, 2016, section 3.2).
double leave_one_out(const GaussianProcess& process, const Outcomes& outcomes) {
  const std::vector<Moments> others = process.leave_one_out();
  double sum = 0;
  for (std::size_t i = 0; i < others.size(); ++i) {
    const double variance = std::max(others[i].variance - process.noise()[i], 0.0);
    sum += log_normal_cdf(outcomes.labels[i] * others[i].mean / std::sqrt(1 + variance));
  }
  return sum;
}

// The mean of f under which a trial of which nothing is known works as often as trials have.
double prior_mean_of(const History& history, double signal) {
  const double worked = static_cast<double>(history.completed());
  const double all = static_cast<double>(history.observations().size());
  return normal_quantile((worked + 1) / (all + 2)) * std::sqrt(1 + signal);
}

// The length scales are those of the objective times a factor: a border can be where the objective is flat.
Hyperparameters fitted(const History& history, const Hyperparameters& objective, const Encoding& encoding) {
  const Outcomes outcomes = outcomes_of(history, kMostFitRows);
  Hyperparameters best;
  double best_score = -std::numeric_limits<double>::infinity();
  for (const double signal : kSignals)
    for (const double factor : kLengthFactors) {
      Hyperparameters hyperparameters{objective.length_scale, signal, 0};
      for (double& length : hyperparameters.length_scale) length = factor * std::min(length, kLongestLength);
      const auto process = classification(outcomes, hyperparameters, prior_mean_of(history, signal), encoding);
      const double score = process ? leave_one_out(*process, outcomes) : best_score;
      if (score > best_score || best.length_scale.empty()) best = hyperparameters;
      best_score = std::max(best_score, score);
    }
  return best;
}

}  // namespace

FailureModel failure_model_for(const History& history) {
  const double failed = static_cast<double>(history.failed());
  const double all = static_cast<double>(history.observations().size());
  if (failed == 0) return FailureModel::none;
  return history.failed() < kFewestFailures || failed > kMostFailing * all ? FailureModel::imputed
                                                                           : FailureModel::modelled;
}

GaussianProcess failure_process(const History& history, const Hyperparameters& objective, const Encoding& encoding) {
  Hyperparameters hyperparameters = fitted(history, objective, encoding);
  const Outcomes outcomes = outcomes_of(history, kMostRows);
  while (true) {
    const double prior_mean = prior_mean_of(history, hyperparameters.signal);
    if (auto process = classification(outcomes, hyperparameters, prior_mean, encoding)) return *std::move(process);
    for (double& length : hyperparameters.length_scale) length /= 2;
  }
}

bool append_outcome(GaussianProcess& process, std::span<const double> features, bool failed) {
  const Site site = site_at(failed ? -1 : 1, process.mean_at(features));
  return process.append(features, site.target, site.noise);
}

}  // namespace tuner::strategies::bayes
