// One function drawn from the posterior of a Gaussian process. To try where it is least is Thompson sampling:
// suggestions made from samples of their own spread by themselves, without being told of each other.
//
//   f(x) = m(x) + g(x) - k(x)^T K^-1 (g(X) + e)
//
// with m the posterior mean, g a draw from the prior and e from the noise of the observed rows X: Matheron's rule
// (Wilson et al., "Efficiently sampling functions from Gaussian process posteriors", ICML 2020, eq. 9 and 11), which is
// exact. The draw from the prior is a sum of random waves, sqrt(s^2 / M) sum_m r_m cos(w_m . x + b_m) with r_m Rayleigh
// and b_m uniform, i.e. a cosine and a sine with normal weights (Rahimi & Recht, NeurIPS 2007). In units of the length
// scales the spectrum of the Matérn 5/2 covariance is Student's t with five degrees of freedom, in as many dimensions
// as there are features: w = z sqrt(5 / chi^2_5) with z standard normal. Mean and covariance are those of the posterior
// for any M; only the distribution around them becomes normal as M grows.
#pragma once

#include <span>
#include <vector>

#include "plugins/strategies/bayes/gaussian_process.h"
#include "plugins/strategies/bayes/random_stream.h"

namespace tuner::strategies::bayes {

class PosteriorSample {
 public:
  // Of the observed rows; fantasies do not matter. Valid while `process` lives and keeps its rows.
  PosteriorSample(const GaussianProcess& process, RandomStream& random);

  double at(std::span<const double> features) const { return at(features, {}); }
  double at(std::span<const double> features, std::span<double> by_feature) const;  // with the gradient, or empty
  std::vector<double> at(const PoolPosterior& pool) const;

 private:
  Waves waves() const;
  void draw_waves(RandomStream& random);

  const GaussianProcess* process_;
  std::vector<double> frequencies_;  // waves × features, column-major; turns a length scale
  std::vector<double> phases_;       // turns
  std::vector<double> amplitudes_;
  std::vector<double> added_;  // to the weights of the rows: -K^-1 (g(X) + e)
};

}  // namespace tuner::strategies::bayes
