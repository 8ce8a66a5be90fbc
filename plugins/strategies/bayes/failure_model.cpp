#include "plugins/strategies/bayes/failure_model.h"

#include <algorithm>
#include <array>
#include <optional>

#include "plugins/strategies/bayes/active_set.h"
#include "plugins/strategies/bayes/fit.h"

namespace tuner::strategies::bayes {
namespace {

constexpr std::size_t kFewestFailures = 3;
constexpr double kMostFailing = 0.9;
constexpr std::size_t kMostRows = 256;
constexpr double kNoise = 0.1;
constexpr std::array kLengthFactors{1.0, 0.5, 0.25, 0.125};
constexpr double kLongestLength = 4;

TrainingSet targets_of(const History& history) {
  std::vector<double> badness;
  std::vector<std::uint64_t> keys;
  for (const Observation& observation : history.observations()) {
    badness.push_back(observation.failed ? 0 : 1);
    keys.push_back(observation.trial);
  }
  TrainingSet data;
  for (const std::size_t i : best_and_some_others(badness, keys, kMostRows)) {
    const Observation& observation = history.observations()[i];
    data.add(observation.point.features, observation.failed ? -1 : 1);
  }
  return data;
}

}  // namespace

FailureModel failure_model_for(const History& history) {
  const double failed = static_cast<double>(history.failed());
  const double all = static_cast<double>(history.observations().size());
  if (failed == 0) return FailureModel::none;
  return history.failed() < kFewestFailures || failed > kMostFailing * all ? FailureModel::imputed
                                                                           : FailureModel::modelled;
}

// The length scales are those of the objective times the factor under which the failures are most likely: a border can
// be sharp where the objective is flat.
GaussianProcess failure_process(const History& history, const Hyperparameters& objective, const Encoding& encoding,
                                const Prior& prior) {
  const TrainingSet data = targets_of(history);
  const double worked = static_cast<double>(history.completed());
  const double all = static_cast<double>(history.observations().size());
  const double prior_mean = 2 * (worked + 1) / (all + 2) - 1;
  std::optional<Fit> best;
  for (const double factor : kLengthFactors) {
    Hyperparameters hyperparameters{objective.length_scale, 1.0, kNoise};
    for (double& length : hyperparameters.length_scale) length = factor * std::min(length, kLongestLength);
    std::vector<double> theta = to_logarithms(hyperparameters);
    std::vector<double> unused(theta.size());
    const double badness = negative_log_posterior(data, encoding.owners(), prior, theta, unused);
    if (!best || badness < best->negative_log_posterior) best = Fit{std::move(theta), badness};
  }
  GaussianProcess process(encoding.owners(), best->hyperparameters(), prior_mean);
  process.condition(data);
  return process;
}

}  // namespace tuner::strategies::bayes
