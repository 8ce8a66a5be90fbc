#include "core/duration_forecast.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "core/duration_model.h"
#include "core/unit_scale.h"

namespace tuner {
namespace {

constexpr std::size_t kFewest = 5;    // durations, before anything is said
constexpr std::size_t kMost = 512;    // durations: one fit then takes a few milliseconds
constexpr double kShortest_s = 1e-6;  // where the clock saw nothing pass
// A trial that was cut short takes longer than it had; how much longer is not known.
constexpr double kAtLeastLonger = 1.1;

void append_parameter(const Parameter& parameter, double value, std::vector<double>& features) {
  const bool active = !std::isnan(value);
  if (!parameter.conditions.empty()) features.push_back(active ? 1 : 0);
  if (parameter.type == ParameterType::categorical) {
    for (std::size_t choice = 1; choice < parameter.choices.size(); ++choice)
      features.push_back(active && value == static_cast<double>(choice) ? 1 : 0);
    return;
  }
  features.push_back(active ? value_to_unit(parameter, value) : 0);
  // A duration that grows with a power of the parameter is a line in its logarithm.
  const bool has_logarithm = !parameter.log && parameter.choices.empty() && parameter.low > 0;
  if (has_logarithm) features.push_back(active ? std::log(value) : 0);
}

std::vector<double> features_of(const Study& study, TrialId trial) {
  std::vector<double> features;
  const auto configuration = study.configuration(trial);
  for (std::size_t i = 0; i < configuration.size(); ++i)
    append_parameter(study.space().parameters()[i], configuration[i], features);
  for (const double fidelity : study.fidelities(trial)) {
    features.push_back(fidelity);
    features.push_back(std::log(std::max(fidelity, kShortest_s)));
  }
  return features;
}

Eigen::VectorXd as_vector(const std::vector<double>& values) {
  return Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
}

struct Known {
  TrialId trial;
  double duration_s = 0;
};

bool tells_duration(const Trial& trial) {
  const bool ended = trial.state == TrialState::complete || trial.state == TrialState::pruned;
  return trial.origin != Origin::imported && (ended || (trial.finished() && trial.cause == Cause::timeout));
}

// Of the attempts of each trial that were cut short the longest.
std::map<TrialId, double> cut_short(const Study& study) {
  std::map<TrialId, double> longest_s;
  for (const Failure& failure : study.failures()) {
    if (failure.cause != Cause::preempted) continue;
    double& longest = longest_s[failure.trial];
    longest = std::max(longest, failure.ended - failure.started);
  }
  return longest_s;
}

// The latest, in the order in which they ended. A last attempt may be short because it went on from what an earlier
// one had kept.
std::vector<Known> durations(const Study& study, const std::map<TrialId, double>& cut_s) {
  std::vector<Known> known;
  const auto& finished = study.finished();
  for (auto id = finished.rbegin(); id != finished.rend() && known.size() < kMost; ++id) {
    if (!tells_duration(study.trial(*id))) continue;
    const auto cut = cut_s.find(*id);
    const double at_least_s = cut == cut_s.end() ? kShortest_s : std::max(kShortest_s, cut->second);
    known.push_back({*id, std::max(study.trial(*id).duration_s, at_least_s)});
  }
  std::ranges::reverse(known);
  return known;
}

// Of trials that are not finished.
std::map<TrialId, double> least_durations(const Study& study, const std::map<TrialId, double>& cut_s) {
  std::map<TrialId, double> least_s;
  for (const auto& [trial, seconds] : cut_s)
    if (!study.trial(trial).finished()) least_s[trial] = kAtLeastLonger * seconds;
  return least_s;
}

double median_of(const std::vector<Known>& known) {
  std::vector<double> all(known.size());
  std::ranges::transform(known, all.begin(), &Known::duration_s);
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::ranges::nth_element(all, middle);
  return *middle;
}

// The longest of n that are alike is exceeded by the next one with probability 1/(n + 1). Nothing where one that was
// cut short may have been longer.
std::optional<double> longest_of(const std::vector<Known>& ended, const std::map<TrialId, double>& least_s) {
  constexpr std::size_t kEnough = 19;
  if (ended.size() < kEnough) return std::nullopt;
  const double longest_s = std::ranges::max(ended, {}, &Known::duration_s).duration_s;
  const bool is_doubtful = std::ranges::any_of(least_s, [&](const auto& cut) { return cut.second > longest_s; });
  return is_doubtful ? std::nullopt : std::optional(longest_s);
}

}  // namespace

DurationForecast::DurationForecast(const Study& study) {
  const std::map<TrialId, double> cut_s = cut_short(study);
  least_s_ = least_durations(study, cut_s);
  std::vector<Known> known = durations(study, cut_s);
  longest_s_ = longest_of(known, least_s_);
  const double longer_than_most_s = known.empty() ? 0 : median_of(known);
  for (const auto& [trial, least_s] : least_s_)
    if (least_s > longer_than_most_s) known.push_back({trial, least_s});
  if (known.size() < kFewest) return;

  const auto n = static_cast<Eigen::Index>(known.size());
  Eigen::MatrixXd features(n, static_cast<Eigen::Index>(features_of(study, known.front().trial).size()));
  Eigen::VectorXd log_durations(n);
  for (Eigen::Index row = 0; row < n; ++row) {
    const Known& one = known[static_cast<std::size_t>(row)];
    features.row(row) = as_vector(features_of(study, one.trial));
    log_durations[row] = std::log(one.duration_s);
  }
  fitted_ = std::make_shared<FittedDurations>(fit_durations(features, log_durations));
  seldom_exceeded_ = std::max(0.0, error_seldom_exceeded(fitted_->errors));
  median_s_ = median_of(known);
}

std::optional<ExpectedDuration> DurationForecast::of(const Study& study, TrialId trial) const {
  const auto least = least_s_.find(trial);
  const double least_s = least == least_s_.end() ? 0 : least->second;
  if (!fitted_) return least_s > 0 ? std::optional(ExpectedDuration{least_s, least_s, least_s}) : std::nullopt;
  const double log_duration = fitted_->model->log_duration(as_vector(features_of(study, trial)));
  const double expected_s = std::exp(log_duration);
  double latest_s = std::exp(log_duration + seldom_exceeded_);
  if (longest_s_) latest_s = std::min(latest_s, std::max(expected_s, *longest_s_));
  return ExpectedDuration{std::max(least_s, expected_s), std::max(least_s, latest_s), least_s};
}

}  // namespace tuner
