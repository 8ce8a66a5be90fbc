// How a configuration of a mixed, conditional space becomes a point of Euclidean space, in which the kernel measures.
//
//   float, int, ordinal   one feature: the coordinate in the cube (log scales and cell centres included) minus 1/2
//   bool                  one feature: -1/2 or 1/2, so that true and false are 1 apart
//   categorical           one feature a choice: 1/sqrt(2) for the chosen one, so that any two choices are 1 apart
//   inactive              all features 0
//
// So two configurations in which a child is inactive are 0 apart in it, and the parent alone separates the branches.
// The features being Euclidean coordinates, every stationary kernel stays positive semidefinite on them.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "tuner/strategy.h"

namespace tuner::strategies::bayes {

// One configuration in its three forms. Canonical: cells sit at their centres. Inactive parameters keep a coordinate in
// the cube, which they take when a parent calls for them.
struct Point {
  std::vector<double> cube;           // parameters, in [0, 1]
  std::vector<double> configuration;  // parameters, NaN = inactive
  std::vector<double> features;       // Encoding::feature_count()

  bool is_active(std::size_t parameter) const { return configuration[parameter] == configuration[parameter]; }
};

// One parameter as the search moves it.
struct Coordinate {
  double cells = 1;  // infinity where continuous
  bool unordered = false;
  bool log = false;
  std::size_t first_feature = 0;
  std::size_t features = 0;  // 0 where the parameter has one value only
  std::vector<std::size_t> children = {};

  bool is_fixed() const { return features == 0; }
  // Whether gradient steps make sense: the cells are so fine that rounding to them hardly matters.
  bool is_smooth() const { return !unordered && cells > 10; }
};

class Encoding {
 public:
  explicit Encoding(const plugin::Space& space);

  std::size_t size() const { return coordinates_.size(); }
  std::size_t feature_count() const { return owners_.size(); }
  std::size_t varying_count() const { return varying_; }  // parameters with more than one value
  const Coordinate& operator[](std::size_t parameter) const { return coordinates_[parameter]; }
  const std::vector<std::size_t>& owners() const { return owners_; }  // the parameter of each feature
  const plugin::Space& space() const { return space_; }

  Point from_configuration(std::span<const double> configuration) const;
  Point from_cube(std::span<const double> cube) const;  // made canonical; may be a forbidden combination
  bool is_allowed(const Point& point) const;

 private:
  void add_features(Point& point) const;

  plugin::Space space_;
  // A text without the word has no forbidden combinations, and then all that from_unit() gives is allowed.
  bool has_forbidden_;
  std::size_t varying_ = 0;
  std::vector<Coordinate> coordinates_;
  std::vector<std::size_t> owners_;
};

// Euclidean distance of the features in units of the parameters' length scales.
double scaled_distance(const Point& a, const Point& b, const Encoding& encoding, std::span<const double> length_scale);

}  // namespace tuner::strategies::bayes
