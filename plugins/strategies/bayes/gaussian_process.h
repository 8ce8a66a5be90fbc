// The posterior of a Gaussian process with constant mean and Matérn 5/2 covariance, held as the explicit inverse L^-1
// of the Cholesky factor of its covariance K = L L^T (an explicit K^-1 would lose half of the digits of variances).
//
//   mean(x) = c + k(x)^T a,  a = K^-1 (y - c),   variance(x) = s^2 - |L^-1 k(x)|^2   (Rasmussen & Williams
//   2006, 2.25-26)
//
// Where an earlier study is known, its process is a second basis function beside the constant: the mean is
// c + b h(x) + k(x)^T K^-1 (y - c - b h) with h its mean and b >= 0 learnt by generalized least squares under the prior
// N(1, 1) (explicit basis functions, Rasmussen & Williams 2006, 2.7). Studies that have nothing in common end with b
// near 0. The uncertainty of h and b is left out of the variance.
//
// After the rows that were observed may stand fantasies: points that are being evaluated. They enter the factor with
// their posterior mean as value, so they leave the mean as it is everywhere and only lower the variance (the kriging
// believer of Ginsbourger, Le Riche & Carraro 2010, in the variance alone).
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "plugins/strategies/bayes/hyperparameters.h"
#include "plugins/strategies/bayes/linear_algebra.h"
#include "plugins/strategies/bayes/training_set.h"

namespace tuner::strategies::bayes {

struct Moments {
  double mean;
  double variance;  // of the function, without the noise of an observation; > 0
};

using FeatureRows = std::span<const std::span<const double>>;

// Moments of many points, which follow the process when fantasies are added to it.
struct PoolPosterior {
  std::vector<double> columns;      // scaled features, m × features
  std::vector<double> covariances;  // to the rows of the process, column-major, `stride` apart
  std::size_t stride = 0;
  std::size_t rows = 0;  // of the process, when this was brought up to date
  std::vector<Moments> moments;
};

class GaussianProcess {
 public:
  // `owners`: the parameter of each feature. With a prior mean the constant c is that and not learnt.
  GaussianProcess(std::vector<std::size_t> owners, Hyperparameters hyperparameters);
  GaussianProcess(std::vector<std::size_t> owners, Hyperparameters hyperparameters, double prior_mean);

  // The process of an earlier study as a basis function; before condition().
  void set_trend(std::shared_ptr<GaussianProcess> trend) { trend_ = std::move(trend); }
  double trend_weight() const { return trend_weight_; }  // b; 0 without a trend

  // Replaces all rows. False (and unusable) where the covariance is not positive definite even with more jitter.
  bool condition(const TrainingSet& data);
  // O(n^2); drops the fantasies.
  bool append(std::span<const double> features, double target, TargetNoise noise);

  bool add_fantasies(FeatureRows features);
  void keep_fantasies(std::size_t count);  // of the first

  std::size_t rows() const { return rows_; }  // observed
  std::size_t fantasies() const { return fantasies_; }
  const Hyperparameters& hyperparameters() const { return hyperparameters_; }
  double mean() const { return constant_; }
  const std::vector<double>& targets() const { return targets_; }

  // O(n) each, since K a = y - c: the mean at row i is y_i - noise_i a_i.
  std::vector<double> means_of_rows() const;
  // Of each row as if it had not been observed, by Dubrule's formulas (Rasmussen & Williams 2006, eq. 5.12); the
  // variance is that of an observation.
  std::vector<Moments> leave_one_out() const;

  double mean_at(std::span<const double> features) const { return mean_with({}, features, {}); }  // O(n)

  // What a sample of the posterior is made of: the observed rows in units of the length scales, the variance of each
  // as an observation (jitter included), K^-1 times a vector; and the mean where `added` is added to the weights a of
  // the rows (empty = nothing), with its gradient (or empty).
  Points observed() const { return {columns_.get(), rows_, owners_.size(), capacity_}; }
  const std::vector<std::size_t>& owners() const { return owners_; }
  const std::vector<double>& noise() const { return noise_; }
  std::vector<double> solve(const std::vector<double>& right) const;
  std::vector<double> scaled(std::span<const double> features) const;
  double mean_with(std::span<const double> added, std::span<const double> features, std::span<double> by_feature) const;
  std::vector<double> means_with(std::span<const double> added, const PoolPosterior& pool) const;

  // The posterior at one point, and then the gradient of by_mean * mean + by_variance * variance at the same point by
  // its features. The second is only valid right after the first.
  Moments at(std::span<const double> features);
  void gradient(double by_mean, double by_variance, std::span<double> by_feature) const;

  PoolPosterior pool(FeatureRows features) const;
  void follow(PoolPosterior& pool) const;  // takes in the fantasies that were added since

  // Index of the observed row nearest to a point, in length scales; rows() > 0.
  std::size_t nearest_row(std::span<const double> features) const;

 private:
  void reserve(std::size_t total);
  void place(std::size_t row, std::span<const double> features);
  bool extend(FeatureRows features, std::span<const double> noise);
  void solve_for_mean();
  void learn_basis();
  std::size_t total() const { return rows_ + fantasies_; }
  Points points() const { return {columns_.get(), total(), owners_.size(), capacity_}; }
  Factor factor() const { return {factor_.get(), capacity_}; }

  const LinearAlgebra* algebra_;
  std::vector<std::size_t> owners_;
  Hyperparameters hyperparameters_;
  bool learns_mean_;
  double constant_ = 0;
  std::shared_ptr<GaussianProcess> trend_;
  double trend_weight_ = 0;
  std::vector<double> trend_at_rows_;  // h; empty without a trend
  std::size_t rows_ = 0;
  std::size_t fantasies_ = 0;
  std::size_t capacity_ = 0;
  std::unique_ptr<double[]> columns_;  // capacity × features, scaled
  std::unique_ptr<double[]> factor_;   // capacity × capacity, row-major, lower triangle
  std::vector<double> targets_;        // rows
  std::vector<double> noise_;          // rows
  std::vector<double> alpha_;          // rows
  struct {                             // of the last at()
    std::vector<double> x, covariance, derivative, whitened, solved;
  } last_;
};

}  // namespace tuner::strategies::bayes
