#include "plugins/strategies/bayes/history.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tuner::strategies::bayes {

bool Observation::is_feasible() const {
  return !failed && std::all_of(constraints.begin(), constraints.end(), [](double c) { return c <= 0; });
}

History::History(const Encoding& encoding, const plugin::Goal& goal) : encoding_(&encoding), goal_(goal) {}

bool History::teaches(const plugin::ToldResult& result) const {
  for (std::size_t f = 0; f < result.fidelities.size(); ++f)
    if (result.fidelities[f] < goal_.fidelity_high[f]) return false;
  return result.cause != TUNER_CAUSE_PRUNED || (goal_.maximize.size() == 1 && completed_ > 0);
}

void History::tell(const plugin::ToldResult& result) {
  if (!teaches(result)) return;
  Observation observation = observation_of(result);
  if (result.origin == TUNER_ORIGIN_IMPORTED) return import(std::move(observation));
  const auto [place, is_new] = by_configuration_.emplace(key_of(observation.point.configuration), observations_.size());
  if (!is_new) return merge(observations_[place->second], observation);
  if (!observation.failed) ++completed_;
  observations_.push_back(std::move(observation));
}

void History::import(Observation observation) {
  if (observation.failed) return;
  const auto by_value = [](const Observation& a, const Observation& b) {
    return a.is_feasible() != b.is_feasible() ? a.is_feasible() : a.values[0] < b.values[0];
  };
  imported_.insert(std::upper_bound(imported_.begin(), imported_.end(), observation, by_value), std::move(observation));
}

Observation History::observation_of(const plugin::ToldResult& result) const {
  Observation observation{.point = encoding_->from_configuration(result.configuration), .trial = result.trial};
  observation.failed = result.cause != TUNER_CAUSE_VALUE && result.cause != TUNER_CAUSE_PRUNED;
  if (result.cause == TUNER_CAUSE_PRUNED) read_pruned(result, observation);
  if (result.cause == TUNER_CAUSE_VALUE) read_values(result, observation);
  return observation;
}

void History::read_values(const plugin::ToldResult& result, Observation& observation) const {
  const auto is_finite = [](double x) { return std::isfinite(x); };
  observation.failed = !std::all_of(result.values.begin(), result.values.end(), is_finite) ||
                       !std::all_of(result.constraints.begin(), result.constraints.end(), is_finite);
  if (observation.failed) return;
  for (std::size_t m = 0; m < result.values.size(); ++m) {
    observation.values.push_back(goal_.maximize[m] ? -result.values[m] : result.values[m]);
    const double sd = result.noise_sd[m];
    observation.variances.push_back(std::isfinite(sd) ? std::min(sd * sd, 1e300) : 0);
  }
  observation.constraints.assign(result.constraints.begin(), result.constraints.end());
}

void History::read_pruned(const plugin::ToldResult& result, Observation& observation) const {
  std::vector<double> done;
  for (const Observation& other : observations_)
    if (!other.failed) done.push_back(other.values[0]);
  const auto middle = done.begin() + static_cast<std::ptrdiff_t>(done.size() / 2);
  std::nth_element(done.begin(), middle, done.end());
  double value = *middle;
  const double last = result.report_values.empty() ? value : result.report_values.back();
  if (std::isfinite(last)) value = std::max(value, goal_.maximize[0] ? -last : last);
  const double spread =
      *std::max_element(done.begin(), done.end()) / 4 - *std::min_element(done.begin(), done.end()) / 4;
  observation.values = {value};
  observation.variances = {std::min(spread * spread, 1e300)};
  observation.constraints.assign(result.constraints.size(), 0.0);
}

// The mean of m results has 1/m of the variance of one.
void History::merge(Observation& known, const Observation& again) {
  if (again.failed) return;  // it worked before, or failed before: nothing new
  ++changes_;
  if (known.failed) {
    const std::uint64_t trial = known.trial;
    known = again;
    known.trial = trial;
    ++completed_;
    return;
  }
  const double m = ++known.replicates;
  const auto mix = [m](double& mean, double value) { mean += (value - mean) / m; };
  known.scatters.resize(known.values.size());
  for (std::size_t i = 0; i < known.values.size(); ++i) {
    const double distance = again.values[i] - known.values[i];
    mix(known.values[i], again.values[i]);
    known.scatters[i] += distance * (again.values[i] - known.values[i]);
    known.variances[i] = (known.variances[i] * (m - 1) * (m - 1) + again.variances[i]) / (m * m);
  }
  for (std::size_t i = 0; i < known.constraints.size(); ++i) mix(known.constraints[i], again.constraints[i]);
}

}  // namespace tuner::strategies::bayes
