// What the Gaussian process is told by its data, and what is believed of it before.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace tuner::strategies::bayes {

struct Hyperparameters {
  std::vector<double> length_scale;  // one a parameter of the space
  double signal = 1;                 // s^2, variance of the function
  double noise = 1e-3;               // sigma^2, variance of one observation
};

// Normal priors on the logarithms (so a mode in log space is meant): the length scale's median grows with the square
// root of the number of dimensions, as the distance of two random points does (Hvarfner, Hellsten & Nardi, ICML 2024).
//   ln l ~ N(ln 0.5 + ln(D / 2) / 2, 1)    ln s^2 ~ N(0, 1)    ln sigma^2 ~ N(ln 1e-4, 2^2)
// Bounds: l in [5e-3, 1e3], s^2 in [1e-3, 1e3], sigma^2 in [1e-6, 10].
class Prior {
 public:
  // Length scales of parameters that have one value only stay at 1.
  Prior(std::size_t parameters, std::size_t varying);

  // theta = (ln l_1 ... ln l_D, ln s^2, ln sigma^2).
  std::size_t size() const { return mean_.size(); }
  const std::vector<double>& mode() const { return mean_; }
  const std::vector<double>& lower() const { return lower_; }
  const std::vector<double>& upper() const { return upper_; }
  // The negative log density without its constant; adds its derivatives to `gradient`.
  double negative_log_density(std::span<const double> theta, std::span<double> gradient) const;

 private:
  std::vector<double> mean_;
  std::vector<double> precision_;
  std::vector<double> lower_;
  std::vector<double> upper_;
};

Hyperparameters from_logarithms(std::span<const double> theta);
std::vector<double> to_logarithms(const Hyperparameters& hyperparameters);

}  // namespace tuner::strategies::bayes
