#include "plugins/strategies/bayes/surrogate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "plugins/strategies/bayes/active_set.h"
#include "plugins/strategies/common/hash.h"

namespace tuner::strategies::bayes {
namespace {

// The model loses nothing visible when it is bounded to 256 to 512 rows (measured up to 1,000 results), and everything
// costs their square.
constexpr std::size_t kMostRows = 512;      // appended to up to here
constexpr std::size_t kSelectedRows = 384;  // then built anew from so many
constexpr std::size_t kMostFitRows = 256;

constexpr std::size_t kAlwaysFitted = 30;  // up to so many results each one is worth a fit
constexpr double kFitGrowth = 1.05;

constexpr std::size_t kMostPending = 192;
constexpr std::size_t kPendingRoom = 64;  // fantasies that a burst may add before they are thinned out again

// The ideal point is better than the front by this part of its range: what is better in one objective than all, and
// worse in another, is then wanted too (Steuer & Choo, Mathematical Programming 26, 1983).
constexpr double kBeyondTheFront = 0.1;
// A front of one point, or of a few near each other, has no range of its own.
constexpr double kLeastFrontRange = 0.1;

double spread_of_good_half(std::vector<double> means) {
  const auto middle = means.begin() + static_cast<std::ptrdiff_t>(means.size() / 2);
  std::nth_element(means.begin(), middle, means.end());
  return *middle - *std::min_element(means.begin(), middle + 1);
}

}  // namespace

Surrogate::Surrogate(const Encoding& encoding, std::size_t objectives, std::size_t constraints, std::uint64_t seed)
    : encoding_(&encoding),
      prior_(encoding.size(), encoding.varying_count()),
      objectives_(objectives),
      constraints_(constraints) {
  for (std::size_t output = 0; output < objectives + constraints; ++output)
    outputs_.emplace_back(encoding, prior_, hash(seed, output));
}

bool Surrogate::is_fit_due() const {
  const std::size_t completed = history_->completed();
  if (completed <= kAlwaysFitted) return completed > fitted_at_;
  return static_cast<double>(completed) >= kFitGrowth * static_cast<double>(fitted_at_);
}

bool Surrogate::can_append() const {
  return ready_ && changes_ == history_->changes() && failure_model_ == failure_model_for(*history_) &&
         rows_.size() + history_->observations().size() - seen_ <= kMostRows;
}

void Surrogate::update(const History& history) {
  history_ = &history;
  const bool has_more_trends = imported_ < history.imported().size();
  if (has_more_trends) learn_trends();
  const bool is_new = seen_ < history.observations().size() || changes_ != history.changes() || has_more_trends;
  if (!is_new || history.completed() < 2) return;
  const bool fit_due = is_fit_due() || has_more_trends;
  if (fit_due || !can_append() || !append_new()) {
    select_rows();
    if (fit_due || !ready_) fit_outputs();
    build_processes();
  }
  seen_ = history.observations().size();
  changes_ = history.changes();
}

// ---- rows ----

OutputData Surrogate::data_of(std::size_t output, std::span<const std::size_t> rows) const {
  return {*history_, objectives_, output, rows};
}

// Mean rank over the objectives would cost a sort each; the sum of standardized values orders as well as is needed.
void Surrogate::select_rows() {
  failure_model_ = failure_model_for(*history_);
  std::vector<std::size_t> usable;
  for (std::size_t i = 0; i < history_->observations().size(); ++i)
    if (!history_->observations()[i].failed || failure_model_ == FailureModel::imputed) usable.push_back(i);
  rows_ = usable;
  if (usable.size() <= kMostRows) return;
  std::vector<double> badness(usable.size());
  std::vector<std::uint64_t> keys;
  for (std::size_t m = 0; m < objectives_; ++m) {
    const OutputTransform transform = data_of(m, rows_).transform(Squashing::none);
    for (std::size_t i = 0; i < usable.size(); ++i) {
      const Observation& observation = history_->observations()[usable[i]];
      badness[i] +=
          observation.failed ? std::numeric_limits<double>::max() / 1e10 : transform.target(observation.values[m]);
    }
  }
  keys.reserve(usable.size());
  for (const std::size_t i : usable) keys.push_back(history_->observations()[i].trial);
  rows_.clear();
  for (const std::size_t i : best_and_some_others(badness, keys, kSelectedRows)) rows_.push_back(usable[i]);
}

// ---- fitting ----

void Surrogate::learn_trends() {
  imported_ = history_->imported().size();
  trends_.clear();
  for (std::size_t output = 0; output < outputs_.size(); ++output) {
    std::vector<double> values;
    for (const Observation& one : history_->imported())
      values.push_back(output < objectives_ ? one.values[output] : one.constraints[output - objectives_]);
    trends_.push_back(learn_trend(history_->imported(), values, *encoding_, prior_));
    if (!trends_.back()) return trends_.clear();
  }
}

void Surrogate::fit_outputs() {
  std::vector<double> badness;
  std::vector<std::uint64_t> keys;
  for (const std::size_t i : rows_) {
    const Observation& observation = history_->observations()[i];
    badness.push_back(observation.failed ? std::numeric_limits<double>::max() : observation.values[0]);
    keys.push_back(observation.trial);
  }
  std::vector<std::size_t> some;
  for (const std::size_t i : best_and_some_others(badness, keys, kMostFitRows)) some.push_back(rows_[i]);
  for (std::size_t output = 0; output < outputs_.size(); ++output)
    outputs_[output].fit(data_of(output, rows_), data_of(output, some), trend_of(output));
  fitted_at_ = history_->completed();
}

void Surrogate::build_processes() {
  processes_.clear();
  forget_pending();
  for (std::size_t output = 0; output < outputs_.size(); ++output)
    processes_.push_back(outputs_[output].process(data_of(output, rows_), trend_of(output)));
  if (failure_model_ == FailureModel::modelled)
    processes_.push_back(failure_process(*history_, objective().hyperparameters(), *encoding_));
  ready_ = true;
}

bool Surrogate::append_new() {
  forget_pending();
  for (std::size_t i = seen_; i < history_->observations().size(); ++i) {
    const Observation& observation = history_->observations()[i];
    if (failure_model_ == FailureModel::modelled &&
        !append_outcome(processes_.back(), observation.point.features, observation.failed))
      return false;
    if (observation.failed && failure_model_ == FailureModel::modelled) continue;
    rows_.push_back(i);
    for (std::size_t output = 0; output < outputs_.size(); ++output) {
      const std::vector<double>& targets = processes_[output].targets();
      TrainingSet one = data_of(output, {&i, 1}).training_set(outputs_[output].transform());
      if (observation.failed) one.targets[0] = *std::max_element(targets.begin(), targets.end());
      if (!processes_[output].append(observation.point.features, one.targets[0], one.noise[0])) return false;
    }
  }
  return true;
}

// ---- pending trials ----

void Surrogate::forget_pending() {
  for (GaussianProcess& process : processes_) process.keep_fantasies(0);
  pending_.clear();
  pending_means_.clear();
}

void Surrogate::set_pending(std::vector<const Point*> pending) {
  if (pending.size() > kMostPending) {
    const std::size_t newest = kMostPending / 2;
    const auto keep_from = pending.end() - static_cast<std::ptrdiff_t>(newest);
    const std::vector<std::size_t> best = best_rows({}, 1);
    const Point& centre = row(best[0]).point;
    const auto distance = [&](const Point* point) {
      return scaled_distance(*point, centre, *encoding_, objective().hyperparameters().length_scale);
    };
    std::vector<std::pair<double, const Point*>> others;
    for (auto it = pending.begin(); it != keep_from; ++it) others.emplace_back(distance(*it), *it);
    std::stable_sort(others.begin(), others.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<const Point*> kept;
    for (std::size_t i = 0; i < kMostPending - newest; ++i) kept.push_back(others[i].second);
    kept.insert(kept.end(), keep_from, pending.end());
    pending = std::move(kept);
  }

  std::size_t same = 0;
  while (same < pending.size() && same < pending_.size() && pending_[same] == key_of(pending[same]->configuration))
    ++same;
  for (GaussianProcess& process : processes_) process.keep_fantasies(same);
  pending_.resize(same);
  pending_means_.resize(same);
  std::vector<std::span<const double>> features;
  for (std::size_t i = same; i < pending.size(); ++i) features.emplace_back(pending[i]->features);
  if (features.empty()) return;
  for (std::size_t output = 0; output < outputs_.size(); ++output) processes_[output].add_fantasies(features);
  for (std::size_t i = same; i < pending.size(); ++i) {
    pending_.push_back(key_of(pending[i]->configuration));
    pending_means_.push_back(processes_[0].mean_at(pending[i]->features));
  }
}

bool Surrogate::add_pending(const Point& point) {
  if (pending_.size() >= kMostPending + kPendingRoom) return false;
  const std::span<const double> features = point.features;
  for (std::size_t output = 0; output < outputs_.size(); ++output)
    if (!processes_[output].add_fantasies({&features, 1})) return false;
  pending_.push_back(key_of(point.configuration));
  pending_means_.push_back(processes_[0].mean_at(features));
  return true;
}

// ---- what it says ----

bool Surrogate::is_noisy() const {
  return objective().hyperparameters().noise > 0.02 * objective().hyperparameters().signal;
}

std::optional<double> Surrogate::incumbent() const {
  const std::vector<double> means = objective().means_of_rows();
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (row(i).is_feasible()) least = std::min(least, means[i]);
  if (!std::isfinite(least)) return {};
  for (const double mean : pending_means_) least = std::min(least, mean);
  return least;
}

std::vector<std::size_t> Surrogate::best_rows(std::span<const ObjectiveScale> scales, std::size_t count) const {
  std::vector<double> badness(rows_.size(), -std::numeric_limits<double>::infinity());
  for (std::size_t m = 0; m < std::max<std::size_t>(scales.size(), 1); ++m) {
    const std::vector<double> means = processes_[m].means_of_rows();
    const ObjectiveScale scale = scales.empty() ? ObjectiveScale{} : scales[m];
    for (std::size_t i = 0; i < rows_.size(); ++i)
      badness[i] = std::max(badness[i], scale.weight * (means[i] - scale.ideal) / scale.range);
  }
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (!row(i).is_feasible()) badness[i] = 1e6 + badness[i];
  std::vector<std::size_t> order(rows_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  count = std::min(count, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                    [&](std::size_t a, std::size_t b) { return badness[a] < badness[b]; });
  order.resize(count);
  return order;
}

double Surrogate::target_range() const {
  const auto [low, high] = std::minmax_element(objective().targets().begin(), objective().targets().end());
  return std::max(*high - *low, 1e-3);
}

std::vector<ObjectiveScale> Surrogate::front_scales(std::span<const double> weights) const {
  std::vector<std::vector<double>> means;
  for (std::size_t m = 0; m < objectives_; ++m) means.push_back(processes_[m].means_of_rows());
  std::vector<ObjectiveScale> scales(objectives_);
  std::vector<bool> on_front(rows_.size(), true);
  const bool any_feasible = incumbent().has_value();
  for (std::size_t a = 0; a < rows_.size(); ++a) on_front[a] = !any_feasible || row(a).is_feasible();
  for (std::size_t a = 0; a < rows_.size(); ++a)
    for (std::size_t b = 0; b < rows_.size() && on_front[a]; ++b) {
      bool dominates = a != b && (!any_feasible || row(b).is_feasible());
      for (std::size_t m = 0; m < objectives_ && dominates; ++m) dominates = means[m][b] < means[m][a];
      if (dominates) on_front[a] = false;
    }
  for (std::size_t m = 0; m < objectives_; ++m) {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (!on_front[i]) continue;
      low = std::min(low, means[m][i]);
      high = std::max(high, means[m][i]);
    }
    const double range = std::max({high - low, kLeastFrontRange * spread_of_good_half(means[m]), 1e-3});
    scales[m] = {weights[m], low - kBeyondTheFront * range, range};
  }
  return scales;
}

}  // namespace tuner::strategies::bayes
