#include "plugins/strategies/bayes/surrogate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "plugins/strategies/bayes/active_set.h"
#include "plugins/strategies/bayes/normal_distribution.h"
#include "plugins/strategies/bayes/random_stream.h"

namespace tuner::strategies::bayes {
namespace {

// The model loses nothing visible when it is bounded to 256 to 512 rows (measured up to 1,000 results), and everything
// costs their square.
constexpr std::size_t kMostRows = 512;      // appended to up to here
constexpr std::size_t kSelectedRows = 384;  // then built anew from so many
constexpr std::size_t kMostFitRows = 256;
constexpr std::size_t kMostFailureRows = 256;

constexpr std::size_t kAlwaysFitted = 30;  // up to so many results each one is worth a fit
constexpr double kFitGrowth = 1.05;
constexpr double kDecisionGrowth = 1.25;
constexpr double kDecisionMargin = 1;  // nats; a model that flips back and forth makes the acquisition jump
constexpr std::size_t kFitsToRestart = 5;
// A mode that explains everything as noise keeps a warm start in it for ever; while fits are cheap, each also starts
// from next to no noise.
constexpr std::size_t kFewRows = 150;
constexpr double kNextToNoNoise = 1e-5;

constexpr std::size_t kFewestToJudgeTrend = 5;

constexpr std::size_t kFewestFailures = 3;
constexpr double kMostFailing = 0.9;
constexpr double kFailureNoise = 0.1;
constexpr std::array kFailureLengths{1.0, 0.5, 0.25, 0.125};
constexpr double kLongestFailureLength = 4;
constexpr double kWorseThanWorst = 0.5;  // targets

constexpr std::size_t kMostPending = 192;
constexpr std::size_t kPendingRoom = 64;  // fantasies that a burst may add before they are thinned out again

// Hyperparameters are those of what the trend leaves. Its weight for that is found by ridge regression towards 1,
// before there is a covariance to weigh rows by.
void subtract_trend(const GaussianProcess& trend, TrainingSet& data) {
  const double n = static_cast<double>(data.size());
  std::vector<double> h;
  for (const auto& row : data.features) h.push_back(trend.mean_at(row));
  const double mean_h = std::accumulate(h.begin(), h.end(), 0.0) / n;
  const double mean_y = std::accumulate(data.targets.begin(), data.targets.end(), 0.0) / n;
  double covariance = 1;
  double variance = 1;
  for (std::size_t i = 0; i < h.size(); ++i) {
    covariance += (h[i] - mean_h) * (data.targets[i] - mean_y);
    variance += (h[i] - mean_h) * (h[i] - mean_h);
  }
  const double weight = std::max(0.0, covariance / variance);
  for (std::size_t i = 0; i < h.size(); ++i) data.targets[i] -= weight * h[i];
}

}  // namespace

Surrogate::Surrogate(const Encoding& encoding, std::size_t objectives, std::size_t constraints, std::uint64_t seed)
    : encoding_(&encoding),
      prior_(encoding.size(), encoding.varying_count()),
      objectives_(objectives),
      constraints_(constraints),
      seed_(seed),
      outputs_(objectives + constraints) {}

FailureModel Surrogate::wanted_failure_model() const {
  const double failed = static_cast<double>(history_->failed());
  const double all = static_cast<double>(history_->observations().size());
  if (failed == 0) return FailureModel::none;
  return history_->failed() < kFewestFailures || failed > kMostFailing * all ? FailureModel::imputed
                                                                             : FailureModel::modelled;
}

bool Surrogate::is_fit_due() const {
  const std::size_t completed = history_->completed();
  if (completed <= kAlwaysFitted) return completed > fitted_at_;
  return static_cast<double>(completed) >= kFitGrowth * static_cast<double>(fitted_at_);
}

bool Surrogate::can_append() const {
  return ready_ && changes_ == history_->changes() && failure_model_ == wanted_failure_model() &&
         rows_.size() + history_->observations().size() - seen_ <= kMostRows;
}

void Surrogate::update(const History& history) {
  history_ = &history;
  const bool has_more_trends = imported_ < history.imported().size();
  if (has_more_trends) learn_trends();
  const bool is_new = seen_ < history.observations().size() || changes_ != history.changes() || has_more_trends;
  if (!is_new || history.completed() < 2) return;
  const bool fit_due = is_fit_due() || has_more_trends;
  if (fit_due || !can_append() || !append_new()) rebuild(fit_due);
  seen_ = history.observations().size();
  changes_ = history.changes();
}

// ---- rows ----

double Surrogate::raw_value(std::size_t output, const Observation& observation) const {
  return output < objectives_ ? observation.values[output] : observation.constraints[output - objectives_];
}

// Mean rank over the objectives would cost a sort each; the sum of standardized values orders as well as is needed.
void Surrogate::select_rows() {
  std::vector<std::size_t> usable;
  for (std::size_t i = 0; i < history_->observations().size(); ++i)
    if (!history_->observations()[i].failed || failure_model_ == FailureModel::imputed) usable.push_back(i);
  rows_ = usable;
  if (usable.size() <= kMostRows) return;
  std::vector<double> badness(usable.size());
  std::vector<std::uint64_t> keys;
  for (std::size_t m = 0; m < objectives_; ++m) {
    const OutputTransform transform = transform_of(m, Squashing::none);
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

OutputTransform Surrogate::transform_of(std::size_t output, Squashing squashing) const {
  std::vector<double> values;
  for (const std::size_t i : rows_)
    if (!history_->observations()[i].failed) values.push_back(raw_value(output, history_->observations()[i]));
  return output < objectives_ ? OutputTransform::of(values, squashing) : OutputTransform::of_constraint(values);
}

TrainingSet Surrogate::training_set(std::size_t output, const OutputTransform& transform,
                                    std::span<const std::size_t> rows) const {
  double worst = 0;
  for (const std::size_t i : rows)
    if (!history_->observations()[i].failed)
      worst = std::max(worst, transform.target(raw_value(output, history_->observations()[i])));
  TrainingSet data;
  for (const std::size_t i : rows) {
    const Observation& observation = history_->observations()[i];
    if (observation.failed) {
      data.add(observation.point.features, worst + kWorseThanWorst);
      continue;
    }
    const double value = raw_value(output, observation);
    const double variance = output < objectives_ ? observation.variances[output] : 0;
    const double slope = transform.derivative(value);
    data.add(observation.point.features, transform.target(value),
             {1 / observation.replicates, std::min(variance * slope * slope, 1e6)});
  }
  return data;
}

// ---- earlier studies ----

// Their values are on another scale, so only the order counts: targets are normal quantiles of the ranks.
void Surrogate::learn_trends() {
  imported_ = history_->imported().size();
  trends_.clear();
  for (std::size_t m = 0; m < objectives_; ++m) {
    TrainingSet data;
    for (const Observation& one : history_->imported()) {
      double below = 0;
      for (const Observation& other : history_->imported())
        below += other.values[m] < one.values[m] ? 1 : (other.values[m] == one.values[m] ? 0.5 : 0);
      data.add(one.point.features, normal_quantile(below / static_cast<double>(imported_)));
    }
    const Hyperparameters found = fit(data, encoding_->owners(), prior_, {prior_.mode()}).hyperparameters();
    auto trend = std::make_shared<GaussianProcess>(encoding_->owners(), found);
    if (!trend->condition(data)) return trends_.clear();
    trends_.push_back(std::move(trend));
  }
}

// ---- fitting ----

// Starts from the last theta, if there is one; returns the negative log posterior.
double Surrogate::fit_data(std::size_t output, const TrainingSet& data, std::vector<double>& theta) {
  std::vector<std::vector<double>> starts;
  if (!theta.empty()) starts.push_back(theta);
  if (data.size() <= kFewRows) {
    starts.push_back(prior_.mode());
    starts.back().back() = std::log(kNextToNoNoise);
  }
  if (theta.empty() || outputs_[output].fits % kFitsToRestart == 0) {
    RandomStream random(hash(hash(seed_, output), history_->completed()));
    starts.push_back(prior_.mode());
    starts.push_back(prior_.mode());
    for (double& logarithm : starts.back()) logarithm += 0.7 * random.normal();
  }
  Fit found = fit(data, encoding_->owners(), prior_, starts);
  theta = std::move(found.theta);
  return found.negative_log_posterior;
}

// With the trend of earlier studies where the values are likelier so; the first few results cannot say.
double Surrogate::fit_squashed(std::size_t output, Squashing squashing, std::span<const std::size_t> rows) {
  const auto which = static_cast<std::size_t>(squashing);
  auto& [plain, trended] = outputs_[output].theta[which];
  const OutputTransform transform = transform_of(output, squashing);
  TrainingSet data = training_set(output, transform, rows);
  double badness = std::numeric_limits<double>::infinity();
  const bool has_trend = output < trends_.size();
  const bool can_judge = rows.size() >= kFewestToJudgeTrend;
  if (!has_trend || can_judge) badness = fit_data(output, data, plain);
  outputs_[output].follows_trend[which] = false;
  if (has_trend) {
    subtract_trend(*trends_[output], data);
    const double with_trend = fit_data(output, data, trended);
    outputs_[output].follows_trend[which] = with_trend < badness;
    badness = std::min(badness, with_trend);
  }
  std::vector<double> values;
  for (const std::size_t i : rows)
    if (!history_->observations()[i].failed) values.push_back(raw_value(output, history_->observations()[i]));
  return badness - transform.log_jacobian(values);
}

// The squashing under which the values as they are have the larger density.
void Surrogate::fit_output(std::size_t output, std::span<const std::size_t> rows) {
  FittedOutput& state = outputs_[output];
  const bool is_objective = output < objectives_;
  const double grown =
      static_cast<double>(rows_.size()) / static_cast<double>(std::max<std::size_t>(state.decided_at, 1));
  if (!is_objective || (state.decided_at > 0 && grown < kDecisionGrowth)) {
    fit_squashed(output, state.squashing, rows);
  } else {
    const double plain = fit_squashed(output, Squashing::none, rows);
    const double squashed = fit_squashed(output, Squashing::soft_log, rows);
    const double gain = state.squashing == Squashing::none ? plain - squashed : squashed - plain;
    if (gain > (state.decided_at == 0 ? 0 : kDecisionMargin))
      state.squashing = state.squashing == Squashing::none ? Squashing::soft_log : Squashing::none;
    state.decided_at = rows_.size();
  }
  ++state.fits;
}

void Surrogate::rebuild(bool with_fit) {
  failure_model_ = wanted_failure_model();
  select_rows();
  if (with_fit || !ready_) {
    std::vector<double> badness;
    std::vector<std::uint64_t> keys;
    for (const std::size_t i : rows_) {
      const Observation& observation = history_->observations()[i];
      badness.push_back(observation.failed ? std::numeric_limits<double>::max() : observation.values[0]);
      keys.push_back(observation.trial);
    }
    std::vector<std::size_t> fit_rows;
    for (const std::size_t i : best_and_some_others(badness, keys, kMostFitRows)) fit_rows.push_back(rows_[i]);
    for (std::size_t output = 0; output < outputs_.size(); ++output) fit_output(output, fit_rows);
    fitted_at_ = history_->completed();
  }
  build_processes();
  ready_ = true;
}

void Surrogate::build_processes() {
  processes_.clear();
  forget_pending();
  for (std::size_t output = 0; output < outputs_.size(); ++output) {
    FittedOutput& state = outputs_[output];
    state.transform = transform_of(output, state.squashing);
    const TrainingSet data = training_set(output, state.transform, rows_);
    Hyperparameters hyperparameters = from_logarithms(state.chosen_theta());
    const auto make = [&] {
      GaussianProcess process(encoding_->owners(), hyperparameters);
      if (state.has_trend()) process.set_trend(trends_[output]);
      return process;
    };
    processes_.push_back(make());
    while (!processes_.back().condition(data) && hyperparameters.noise < 1) {
      hyperparameters.noise *= 10;
      processes_.back() = make();
    }
  }
  if (failure_model_ == FailureModel::modelled) build_failure_process();
}

// Targets are +1 (worked) and -1 (failed). The length scales are those of the first objective times the factor under
// which the failures are most likely: a border can be sharp where the objective is flat.
void Surrogate::build_failure_process() {
  std::vector<double> badness;
  std::vector<std::uint64_t> keys;
  for (const Observation& observation : history_->observations()) {
    badness.push_back(observation.failed ? 0 : 1);
    keys.push_back(observation.trial);
  }
  TrainingSet data;
  for (const std::size_t i : best_and_some_others(badness, keys, kMostFailureRows)) {
    const Observation& observation = history_->observations()[i];
    data.add(observation.point.features, observation.failed ? -1 : 1);
  }
  const double worked = static_cast<double>(history_->completed());
  const double all = static_cast<double>(history_->observations().size());
  const double prior_mean = 2 * (worked + 1) / (all + 2) - 1;
  std::optional<Fit> best;
  for (const double factor : kFailureLengths) {
    Hyperparameters hyperparameters{processes_[0].hyperparameters().length_scale, 1.0, kFailureNoise};
    for (double& length : hyperparameters.length_scale) length = factor * std::min(length, kLongestFailureLength);
    std::vector<double> theta = to_logarithms(hyperparameters);
    std::vector<double> unused(theta.size());
    const double badness_of_fit = negative_log_posterior(data, encoding_->owners(), prior_, theta, unused);
    if (!best || badness_of_fit < best->negative_log_posterior) best = Fit{std::move(theta), badness_of_fit};
  }
  processes_.emplace_back(encoding_->owners(), best->hyperparameters(), prior_mean);
  processes_.back().condition(data);
}

bool Surrogate::append_new() {
  forget_pending();
  for (std::size_t i = seen_; i < history_->observations().size(); ++i) {
    const Observation& observation = history_->observations()[i];
    if (failure_model_ == FailureModel::modelled &&
        !processes_.back().append(observation.point.features, observation.failed ? -1 : 1, {}))
      return false;
    if (observation.failed && failure_model_ == FailureModel::modelled) continue;
    rows_.push_back(i);
    for (std::size_t output = 0; output < outputs_.size(); ++output) {
      const std::vector<double>& targets = processes_[output].targets();
      TrainingSet one = training_set(output, outputs_[output].transform, {&i, 1});
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
  for (std::size_t a = 0; a < rows_.size(); ++a)
    for (std::size_t b = 0; b < rows_.size() && on_front[a]; ++b) {
      bool dominates = a != b;
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
    scales[m] = {weights[m], low, std::max(high - low, 1e-3)};
  }
  return scales;
}

}  // namespace tuner::strategies::bayes
