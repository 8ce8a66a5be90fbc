// How the logarithm of a duration depends on numbers that are known beforehand. Three kinds of models are tried, a
// constant, ridge regression and nearest neighbours, and the one with the least mean absolute leave-one-out error is
// kept; a more complicated one must be better by a tenth. Pure numerics.
#pragma once

#include <Eigen/Core>
#include <memory>
#include <vector>

namespace tuner {

class DurationModel {
 public:
  virtual ~DurationModel() = default;
  virtual double log_duration(const Eigen::VectorXd& features) const = 0;
};

struct FittedDurations {
  std::unique_ptr<DurationModel> model;
  std::vector<double> errors;  // leave-one-out: log of the duration less its prediction from all others, ascending
};

// features: n × d, rows are attempts; log_durations: n values, at least 2.
FittedDurations fit_durations(const Eigen::MatrixXd& features, const Eigen::VectorXd& log_durations);

// What must be added to a prediction so that it is exceeded in no more than a twentieth of the cases: the 0.95 (n +
// 1)-th of the n leave-one-out errors (the bound of split conformal prediction; Lei et al., "Distribution-free
// predictive inference for regression", JASA 2018, section 2). Where n < 19 does not have that one: the largest, and
// not less than twice their root mean square, which is about Student's 95 % of four degrees of freedom (2.13).
double error_seldom_exceeded(const std::vector<double>& ascending_errors);

}  // namespace tuner
