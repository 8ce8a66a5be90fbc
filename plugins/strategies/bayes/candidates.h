// Points at which the acquisition is looked at first: spread over the space, around the best, inside a box; and the
// single moves that lead from one point to its neighbours in discrete coordinates.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "plugins/strategies/bayes/encoding.h"
#include "plugins/strategies/bayes/random_stream.h"
#include "plugins/strategies/bayes/trust_region.h"

namespace tuner::strategies::bayes {

class CandidateSource {
 public:
  // `centres`: good points, the best first, at least one; they outlive this.
  CandidateSource(const Encoding& encoding, std::vector<const Point*> centres, std::span<const double> length_scale,
                  RandomStream random);

  // `count` draws over the whole space and perturbations of the centres, half and half. Forbidden ones are left out, so
  // there can be fewer.
  std::vector<Point> over_the_space(std::size_t count);
  // `count` draws in the box around the first centre.
  std::vector<Point> in_box(const Box& box, std::size_t count);
  // The points that differ from `point` in one discrete coordinate: any other choice, or 1, 2, 4 or 8 cells up or down.
  // At most `most` of them, at random.
  std::vector<Point> neighbours(const Point& point, const Box& box, std::size_t most);

 private:
  struct Move {
    std::size_t parameter;
    double u;
  };

  void add_moves(const Point& point, std::size_t j, const Box& box, std::vector<Move>& moves) const;
  std::vector<double> uniform_cube();
  std::vector<double> perturbed(const Point& centre);
  double resampled(const Coordinate& coordinate);
  void wake_children(std::size_t parameter, std::vector<double>& cube, const Point& from);
  void add_allowed(std::vector<double> cube, std::vector<Point>& points) const;

  const Encoding& encoding_;
  std::vector<const Point*> centres_;
  std::span<const double> length_scale_;
  RandomStream random_;
};

}  // namespace tuner::strategies::bayes
