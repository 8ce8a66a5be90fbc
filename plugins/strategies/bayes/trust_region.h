// How far from the best point local proposals search (Eriksson et al., "Scalable global optimization via local Bayesian
// optimization", NeurIPS 2019): the side of the box doubles after successes and halves after failures.
//
// A strategy is not told which of its proposals a result came from, and after a restart it only has the results. So all
// results count here, local or not: the state is a function of the results in their order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "plugins/strategies/bayes/encoding.h"

namespace tuner::strategies::bayes {

// A part of the cube, one interval a parameter.
struct Box {
  std::vector<double> lower;
  std::vector<double> upper;

  static Box whole(std::size_t parameters) {
    return {std::vector<double>(parameters, 0.0), std::vector<double>(parameters, 1.0)};
  }
};

class TrustRegion {
 public:
  explicit TrustRegion(std::size_t dimensions) : dimensions_(dimensions) {}

  // The next result; `value` small = good, NaN for a failure.
  void tell(std::uint64_t trial, double value);

  double side() const { return side_; }
  std::size_t restarts() const { return restarts_; }  // how often the side had shrunk to nothing

  // Sides in proportion to the length scales (their geometric mean 1), cut to the cube. Unordered parameters are free.
  Box around(const Point& centre, const Encoding& encoding, std::span<const double> length_scale) const;

 private:
  std::size_t patience() const;

  std::size_t dimensions_;
  double side_ = 0.8;
  std::size_t successes_ = 0;
  std::size_t failures_ = 0;
  std::size_t restarts_ = 0;
  std::size_t told_ = 0;
  std::uint64_t trials_ = 0;    // known to have been started
  std::vector<double> sorted_;  // values so far
};

}  // namespace tuner::strategies::bayes
