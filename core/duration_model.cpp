#include "core/duration_model.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace tuner {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// A candidate and the error that it makes at each attempt when it does not know that attempt.
struct Candidate {
  std::unique_ptr<DurationModel> model;
  VectorXd errors;

  double score() const { return errors.cwiseAbs().mean(); }
};

class Constant : public DurationModel {
 public:
  explicit Constant(double mean) : mean_(mean) {}
  double log_duration(const VectorXd&) const override { return mean_; }

 private:
  double mean_;
};

Candidate constant(const VectorXd& log_durations) {
  const double n = static_cast<double>(log_durations.size());
  const double mean = log_durations.mean();
  return {std::make_unique<Constant>(mean), (log_durations.array() - mean) * (n / (n - 1))};
}

// Features with mean 0 and standard deviation 1, those that never change without weight.
struct Scale {
  VectorXd mean;
  VectorXd factor;

  explicit Scale(const MatrixXd& features) : mean(features.colwise().mean()), factor(VectorXd::Zero(features.cols())) {
    const double n = static_cast<double>(features.rows());
    constexpr double kNeverChanges = 1e-12;
    for (Index column = 0; column < features.cols(); ++column) {
      const double deviation = (features.col(column).array() - mean[column]).matrix().norm() / std::sqrt(n);
      if (deviation > kNeverChanges) factor[column] = 1 / deviation;
    }
  }

  VectorXd of(const VectorXd& features) const { return (features - mean).cwiseProduct(factor); }
  MatrixXd of_rows(const MatrixXd& features) const {
    return (features.rowwise() - mean.transpose()).array().rowwise() * factor.transpose().array();
  }
};

class Ridge : public DurationModel {
 public:
  Ridge(Scale scale, double intercept, VectorXd weights)
      : scale_(std::move(scale)), intercept_(intercept), weights_(std::move(weights)) {}
  double log_duration(const VectorXd& features) const override {
    return intercept_ + weights_.dot(scale_.of(features));
  }

 private:
  Scale scale_;
  double intercept_;
  VectorXd weights_;
};

// w = (XᵀX + n λ I)⁻¹ Xᵀ y with centred X. The leave-one-out error of a linear smoother with hat matrix H is
// (yᵢ - ŷᵢ) / (1 - Hᵢᵢ) (Hastie, Tibshirani, Friedman, "The Elements of Statistical Learning", 2nd ed., eq. 7.64); the
// intercept adds 1 / n to Hᵢᵢ.
Candidate ridge(const Scale& scale, const MatrixXd& scaled, const VectorXd& log_durations, double lambda) {
  const double n = static_cast<double>(scaled.rows());
  const double intercept = log_durations.mean();
  MatrixXd gram = scaled.transpose() * scaled;
  gram.diagonal().array() += n * lambda;
  const MatrixXd smoother = gram.llt().solve(scaled.transpose());  // d × n
  const VectorXd weights = smoother * log_durations;  // the columns of X sum to 0, so y need not be centred
  const VectorXd leverage = scaled.cwiseProduct(smoother.transpose()).rowwise().sum().array() + 1 / n;
  constexpr double kLeastFreedom = 1e-3;
  const VectorXd residuals = log_durations - scaled * weights - VectorXd::Constant(scaled.rows(), intercept);
  return {std::make_unique<Ridge>(scale, intercept, weights),
          residuals.array() / (1 - leverage.array()).max(kLeastFreedom)};
}

constexpr Index kNeighbours = 3;
constexpr Index kNone = -1;

// Mean of the rows of `scaled` that are nearest to `at`, row `without` aside.
double mean_of_nearest(const MatrixXd& scaled, const VectorXd& log_durations, const VectorXd& at, Index without) {
  const VectorXd distances = (scaled.rowwise() - at.transpose()).rowwise().squaredNorm();
  std::vector<Index> order(static_cast<std::size_t>(scaled.rows()));
  std::iota(order.begin(), order.end(), Index{0});
  std::erase(order, without);
  const auto count = std::min<std::ptrdiff_t>(kNeighbours, static_cast<std::ptrdiff_t>(order.size()));
  std::partial_sort(order.begin(), order.begin() + count, order.end(), [&](Index one, Index other) {
    return std::pair(distances[one], one) < std::pair(distances[other], other);
  });
  double sum = 0;
  for (std::ptrdiff_t i = 0; i < count; ++i) sum += log_durations[order[static_cast<std::size_t>(i)]];
  return sum / static_cast<double>(count);
}

class Nearest : public DurationModel {
 public:
  Nearest(Scale scale, MatrixXd scaled, VectorXd log_durations)
      : scale_(std::move(scale)), scaled_(std::move(scaled)), log_durations_(std::move(log_durations)) {}
  double log_duration(const VectorXd& features) const override {
    return mean_of_nearest(scaled_, log_durations_, scale_.of(features), kNone);
  }

 private:
  Scale scale_;
  MatrixXd scaled_;
  VectorXd log_durations_;
};

Candidate nearest(const Scale& scale, const MatrixXd& scaled, const VectorXd& log_durations) {
  VectorXd errors(scaled.rows());
  for (Index row = 0; row < scaled.rows(); ++row)
    errors[row] = log_durations[row] - mean_of_nearest(scaled, log_durations, scaled.row(row), row);
  return {std::make_unique<Nearest>(scale, scaled, log_durations), std::move(errors)};
}

}  // namespace

FittedDurations fit_durations(const MatrixXd& features, const VectorXd& log_durations) {
  const Scale scale(features);
  const MatrixXd scaled = scale.of_rows(features);
  Candidate best = constant(log_durations);
  const auto consider = [&](Candidate other) {
    constexpr double kClearlyBetter = 0.9;
    if (other.score() < kClearlyBetter * best.score()) best = std::move(other);
  };
  for (const double lambda : {1.0, 1e-2, 1e-4}) consider(ridge(scale, scaled, log_durations, lambda));
  consider(nearest(scale, scaled, log_durations));
  std::vector<double> errors(best.errors.begin(), best.errors.end());
  std::ranges::sort(errors);
  return {std::move(best.model), std::move(errors)};
}

double error_seldom_exceeded(const std::vector<double>& ascending_errors) {
  const std::size_t n = ascending_errors.size();
  constexpr double kSeldom = 0.95;
  const auto place = static_cast<std::size_t>(std::ceil(kSeldom * static_cast<double>(n + 1)));
  if (place <= n) return ascending_errors[place - 1];
  const double squares =
      std::inner_product(ascending_errors.begin(), ascending_errors.end(), ascending_errors.begin(), 0.0);
  return std::max(ascending_errors.back(), 2 * std::sqrt(squares / static_cast<double>(n)));
}

}  // namespace tuner
