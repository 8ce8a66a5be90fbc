#include "plugins/strategies/bayes/gaussian_process.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "plugins/strategies/bayes/fit.h"

namespace tuner::strategies::bayes {
namespace {

// Room for appended rows and fantasies before the factor has to be copied.
constexpr std::size_t kRoom = 64;
// Relative to s^2; below it rounding decides, and a gradient of ln s would not be finite.
constexpr double kLeastVariance = 1e-14;
constexpr double kMostJitter = 1e-3;

}  // namespace

GaussianProcess::GaussianProcess(std::vector<std::size_t> owners, Hyperparameters hyperparameters)
    : algebra_(&linear_algebra()),
      owners_(std::move(owners)),
      hyperparameters_(std::move(hyperparameters)),
      learns_mean_(true) {}

GaussianProcess::GaussianProcess(std::vector<std::size_t> owners, Hyperparameters hyperparameters, double prior_mean)
    : algebra_(&linear_algebra()),
      owners_(std::move(owners)),
      hyperparameters_(std::move(hyperparameters)),
      learns_mean_(false),
      constant_(prior_mean) {}

void GaussianProcess::reserve(std::size_t total) {
  if (total <= capacity_) return;
  const std::size_t capacity = total + std::max(kRoom, total / 4);
  auto columns = std::make_unique_for_overwrite<double[]>(capacity * std::max<std::size_t>(owners_.size(), 1));
  auto factor = std::make_unique_for_overwrite<double[]>(capacity * capacity);
  const std::size_t used = this->total();
  for (std::size_t e = 0; e < owners_.size() && used > 0; ++e)
    std::copy_n(&columns_[e * capacity_], used, &columns[e * capacity]);
  for (std::size_t i = 0; i < used; ++i) std::copy_n(&factor_[i * capacity_], i + 1, &factor[i * capacity]);
  columns_ = std::move(columns);
  factor_ = std::move(factor);
  capacity_ = capacity;
}

void GaussianProcess::place(std::size_t row, std::span<const double> features) {
  for (std::size_t e = 0; e < owners_.size(); ++e)
    columns_[e * capacity_ + row] = features[e] / hyperparameters_.length_scale[owners_[e]];
}

bool GaussianProcess::condition(const TrainingSet& data) {
  rows_ = fantasies_ = 0;
  reserve(data.size());
  targets_ = data.targets;
  noise_.clear();
  for (std::size_t i = 0; i < data.size(); ++i) {
    place(i, data.features[i]);
    noise_.push_back(hyperparameters_.noise * data.noise[i].share + data.noise[i].known);
  }
  trend_at_rows_.clear();
  for (std::size_t i = 0; trend_ && i < data.size(); ++i) trend_at_rows_.push_back(trend_->mean_at(data.features[i]));
  const std::size_t n = data.size();
  const Points all{columns_.get(), n, owners_.size(), capacity_};
  std::vector<double> covariance(n * n);
  for (double jitter = kJitter; jitter <= kMostJitter; jitter *= 10) {
    algebra_->covariances(all, all, hyperparameters_.signal, covariance.data(), n);
    for (std::size_t i = 0; i < n; ++i) covariance[i * n + i] = hyperparameters_.signal * (1 + jitter) + noise_[i];
    if (!algebra_->invert_factor(covariance.data(), n, factor())) continue;
    rows_ = n;
    for (double& variance : noise_) variance += jitter * hyperparameters_.signal;
    solve_for_mean();
    return std::all_of(alpha_.begin(), alpha_.end(), [](double a) { return std::isfinite(a); });
  }
  return false;
}

bool GaussianProcess::append(std::span<const double> features, double target, TargetNoise noise) {
  fantasies_ = 0;
  const double variance = hyperparameters_.noise * noise.share + noise.known + kJitter * hyperparameters_.signal;
  if (!extend({&features, 1}, {&variance, 1})) return false;
  ++rows_;
  targets_.push_back(target);
  if (trend_) trend_at_rows_.push_back(trend_->mean_at(features));
  noise_.push_back(variance);
  solve_for_mean();
  return std::isfinite(alpha_.back());
}

bool GaussianProcess::add_fantasies(FeatureRows features) {
  const std::vector<double> noise(features.size(), hyperparameters_.noise + kJitter * hyperparameters_.signal);
  if (features.empty()) return true;
  if (!extend(features, noise)) return false;
  fantasies_ += features.size();
  return true;
}

void GaussianProcess::keep_fantasies(std::size_t count) {
  fantasies_ = std::min(fantasies_, count);
}

// Near duplicates leave nothing of the Schur complement but rounding; more noise on the new rows alone mends that.
bool GaussianProcess::extend(FeatureRows features, std::span<const double> noise) {
  const std::size_t n = total();
  const std::size_t p = features.size();
  reserve(n + p);
  for (std::size_t i = 0; i < p; ++i) place(n + i, features[i]);
  const Points old_rows{columns_.get(), n, owners_.size(), capacity_};
  const Points new_rows{columns_.get() + n, p, owners_.size(), capacity_};
  std::vector<double> cross(n * p);
  std::vector<double> own(p * p);
  algebra_->covariances(old_rows, new_rows, hyperparameters_.signal, cross.data(), n);
  for (double jitter = 0; jitter <= kMostJitter; jitter = std::max(1e-8, jitter * 10)) {
    algebra_->covariances(new_rows, new_rows, hyperparameters_.signal, own.data(), p);
    for (std::size_t i = 0; i < p; ++i) own[i * p + i] = hyperparameters_.signal * (1 + jitter) + noise[i];
    if (algebra_->extend(factor(), n, cross.data(), own.data(), p)) return true;
  }
  return false;
}

std::vector<double> GaussianProcess::solve(const std::vector<double>& right) const {
  std::vector<double> whitened(rows_);
  std::vector<double> solved(rows_);
  algebra_->whiten(factor(), rows_, right.data(), whitened.data(), solved.data());
  return solved;
}

// a = K^-1 (y - c - b h).
void GaussianProcess::solve_for_mean() {
  learn_basis();
  std::vector<double> residuals = targets_;
  for (std::size_t i = 0; i < rows_; ++i) residuals[i] -= constant_ + (trend_ ? trend_weight_ * trend_at_rows_[i] : 0);
  alpha_ = solve(residuals);
}

// The mode of c and b: [1 h]^T K^-1 [1 h] + P times them = [1 h]^T K^-1 y + P times their prior means, where P is the
// diagonal of their prior precisions.
void GaussianProcess::learn_basis() {
  if (!learns_mean_) return;
  const auto dot = [](const std::vector<double>& a, const std::vector<double>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  };
  const std::vector<double> ones = solve(std::vector<double>(rows_, 1.0));
  const double one_one = std::accumulate(ones.begin(), ones.end(), kMeanPrecision);
  const double one_y = dot(ones, targets_);
  constant_ = one_y / one_one;
  if (!trend_) return;
  constexpr double kPriorMean = 1;
  constexpr double kPriorPrecision = 1;
  const std::vector<double> trend = solve(trend_at_rows_);
  const double one_h = dot(ones, trend_at_rows_);
  const double h_h = dot(trend, trend_at_rows_) + kPriorPrecision;
  const double h_y = dot(trend, targets_) + kPriorPrecision * kPriorMean;
  trend_weight_ = std::max(0.0, (h_y - one_h * one_y / one_one) / (h_h - one_h * one_h / one_one));
  constant_ = (one_y - trend_weight_ * one_h) / one_one;
}

std::vector<double> GaussianProcess::means_of_rows() const {
  std::vector<double> means(rows_);
  for (std::size_t i = 0; i < rows_; ++i) means[i] = targets_[i] - noise_[i] * alpha_[i];
  return means;
}

std::vector<Moments> GaussianProcess::leave_one_out() const {
  std::vector<double> precision(rows_);  // diagonal of K^-1 = L^-T L^-1
  for (std::size_t i = 0; i < rows_; ++i)
    for (std::size_t j = 0; j <= i; ++j) precision[j] += std::pow(factor_[i * capacity_ + j], 2);
  std::vector<Moments> moments(rows_);
  for (std::size_t i = 0; i < rows_; ++i) moments[i] = {targets_[i] - alpha_[i] / precision[i], 1 / precision[i]};
  return moments;
}

std::vector<double> GaussianProcess::scaled(std::span<const double> features) const {
  std::vector<double> x(owners_.size());
  for (std::size_t e = 0; e < x.size(); ++e) x[e] = features[e] / hyperparameters_.length_scale[owners_[e]];
  return x;
}

double GaussianProcess::mean_with(std::span<const double> added, std::span<const double> features,
                                  std::span<double> by_feature) const {
  const std::vector<double> x = scaled(features);
  std::vector<double> covariance(rows_);
  std::vector<double> slope(rows_);
  algebra_->covariances_of_one(observed(), x.data(), hyperparameters_.signal, covariance.data(), slope.data());
  std::vector<double> of_trend(trend_ ? by_feature.size() : 0);
  double mean = constant_ + (trend_ ? trend_weight_ * trend_->mean_with({}, features, of_trend) : 0);
  for (std::size_t i = 0; i < rows_; ++i) {
    const double weight = alpha_[i] + (added.empty() ? 0 : added[i]);
    mean += covariance[i] * weight;
    slope[i] *= 2 * weight;
  }
  if (by_feature.empty()) return mean;
  algebra_->weighted_differences(observed(), x.data(), slope.data(), by_feature.data());
  for (std::size_t e = 0; e < owners_.size(); ++e) by_feature[e] /= hyperparameters_.length_scale[owners_[e]];
  for (std::size_t e = 0; e < of_trend.size(); ++e) by_feature[e] += trend_weight_ * of_trend[e];
  return mean;
}

std::vector<double> GaussianProcess::means_with(std::span<const double> added, const PoolPosterior& pool) const {
  std::vector<double> means(pool.moments.size());
  algebra_->project(added.data(), rows_, pool.covariances.data(), pool.stride, means.size(), means.data());
  for (std::size_t j = 0; j < means.size(); ++j) means[j] += pool.moments[j].mean;
  return means;
}

Moments GaussianProcess::at(std::span<const double> features) {
  const std::size_t n = total();
  last_.x = scaled(features);
  for (auto* values : {&last_.covariance, &last_.derivative, &last_.whitened, &last_.solved}) values->resize(n);
  algebra_->covariances_of_one(points(), last_.x.data(), hyperparameters_.signal, last_.covariance.data(),
                               last_.derivative.data());
  double mean = constant_ + (trend_ ? trend_weight_ * trend_->at(features).mean : 0);
  for (std::size_t i = 0; i < rows_; ++i) mean += last_.covariance[i] * alpha_[i];
  const double explained =
      algebra_->whiten(factor(), n, last_.covariance.data(), last_.whitened.data(), last_.solved.data());
  return {mean, std::max(hyperparameters_.signal - explained, kLeastVariance * hyperparameters_.signal)};
}

// By the chain rule over r^2: d mean = sum_a a_a dk_a, d variance = -2 sum_a w_a dk_a with w = K^-1 k, and
// dk_a / dx_e = 2 k'(r_a^2) (x_e - x_ae) / l_e in scaled features.
void GaussianProcess::gradient(double by_mean, double by_variance, std::span<double> by_feature) const {
  std::vector<double> weight(total());
  for (std::size_t a = 0; a < weight.size(); ++a) {
    const double alpha = a < rows_ ? alpha_[a] : 0;
    weight[a] = 2 * last_.derivative[a] * (by_mean * alpha - 2 * by_variance * last_.solved[a]);
  }
  algebra_->weighted_differences(points(), last_.x.data(), weight.data(), by_feature.data());
  for (std::size_t e = 0; e < owners_.size(); ++e) by_feature[e] /= hyperparameters_.length_scale[owners_[e]];
  if (!trend_ || trend_weight_ == 0 || by_mean == 0) return;
  std::vector<double> of_trend(by_feature.size());
  trend_->gradient(by_mean * trend_weight_, 0, of_trend);
  for (std::size_t e = 0; e < of_trend.size(); ++e) by_feature[e] += of_trend[e];
}

PoolPosterior GaussianProcess::pool(FeatureRows features) const {
  PoolPosterior pool;
  const std::size_t m = features.size();
  pool.columns = scaled_columns(features, owners_, hyperparameters_.length_scale);
  pool.stride = total() + kRoom;
  pool.rows = total();
  pool.covariances.resize(pool.stride * m);
  pool.moments.resize(m);
  const Points candidates{pool.columns.data(), m, owners_.size(), m};
  algebra_->covariances(points(), candidates, hyperparameters_.signal, pool.covariances.data(), pool.stride);
  std::vector<double> explained(m);
  algebra_->whitened_norms(factor(), total(), pool.covariances.data(), pool.stride, m, explained.data());
  std::vector<double> means(m);
  algebra_->project(alpha_.data(), rows_, pool.covariances.data(), pool.stride, m, means.data());
  for (std::size_t j = 0; trend_ && j < m; ++j) means[j] += trend_weight_ * trend_->mean_at(features[j]);
  for (std::size_t j = 0; j < m; ++j)
    pool.moments[j] = {constant_ + means[j],
                       std::max(hyperparameters_.signal - explained[j], kLeastVariance * hyperparameters_.signal)};
  return pool;
}

// The last row of L^-1 times k(x) is the new component of L^-1 k(x), whose square the variance loses: O(n m) a row.
void GaussianProcess::follow(PoolPosterior& pool) const {
  const std::size_t m = pool.moments.size();
  if (pool.rows < total() && total() > pool.stride) {
    std::vector<double> covariances((total() + kRoom) * m);
    for (std::size_t j = 0; j < m; ++j)
      std::copy_n(&pool.covariances[j * pool.stride], pool.rows, &covariances[j * (total() + kRoom)]);
    pool.covariances.swap(covariances);
    pool.stride = total() + kRoom;
  }
  const Points candidates{pool.columns.data(), m, owners_.size(), m};
  std::vector<double> component(m);
  for (; pool.rows < total(); ++pool.rows) {
    const Points row{columns_.get() + pool.rows, 1, owners_.size(), capacity_};
    algebra_->covariances(row, candidates, hyperparameters_.signal, &pool.covariances[pool.rows], pool.stride);
    algebra_->project(&factor_[pool.rows * capacity_], pool.rows + 1, pool.covariances.data(), pool.stride, m,
                      component.data());
    for (std::size_t j = 0; j < m; ++j)
      pool.moments[j].variance =
          std::max(pool.moments[j].variance - component[j] * component[j], kLeastVariance * hyperparameters_.signal);
  }
}

std::size_t GaussianProcess::nearest_row(std::span<const double> features) const {
  std::vector<double> distance(rows_);
  for (std::size_t e = 0; e < owners_.size(); ++e) {
    const double x = features[e] / hyperparameters_.length_scale[owners_[e]];
    for (std::size_t i = 0; i < rows_; ++i) distance[i] += std::pow(columns_[e * capacity_ + i] - x, 2);
  }
  return static_cast<std::size_t>(std::min_element(distance.begin(), distance.end()) - distance.begin());
}

}  // namespace tuner::strategies::bayes
