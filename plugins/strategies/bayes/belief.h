// What a person believes of single parameters, as normal distributions in the space ("prior": {"mean", "sd"}). It is
// added to the score as b / n ln pi(x), where n counts the results: a guide at first, overruled by evidence later
// (Hvarfner et al., "piBO: augmenting acquisition functions with user beliefs", ICLR 2022).
#pragma once

#include <cstddef>
#include <vector>

#include "plugins/strategies/bayes/encoding.h"

namespace tuner::strategies::bayes {

class Belief {
 public:
  explicit Belief(const plugin::Space& space);

  bool is_empty() const { return parameters_.empty(); }
  // ln pi without its constant, over the active parameters that something is believed of.
  double log_density(const Point& point) const;
  // A parameter's value at a coordinate in the cube, before it is rounded; `otherwise` where nothing is believed.
  double value(std::size_t parameter, double u, double otherwise) const;
  // The derivative of ln pi by a parameter's coordinate in the cube; 0 where nothing is believed.
  double slope(std::size_t parameter, double u) const;
  // Replaces the coordinates of a point of the cube, where something is believed, by those of the same quantiles of the
  // belief, cut to the range.
  void draw(std::vector<double>& cube) const;

 private:
  struct Normal {
    std::size_t parameter;
    double mean;
    double sd;
    double low;
    double high;
    bool log;

    double value(double u) const;
    double coordinate(double value) const;
    double z(double value) const { return (value - mean) / sd; }
  };

  std::vector<Normal> parameters_;
};

}  // namespace tuner::strategies::bayes
