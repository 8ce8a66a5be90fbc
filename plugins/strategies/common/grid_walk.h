// Walks through the combinations of some values of each parameter, one after the other and without a list of them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "tuner/strategy.h"

namespace tuner::strategies {

// The values that one parameter takes, in ascending order.
struct Axis {
  std::uint64_t count = 1;
  std::vector<double> values = {};  // count; empty = low + k * step
};

// All values of a parameter that has a finite number of them.
Axis full_axis(const tuner_parameter& parameter);

// The order is that of an odometer: the last parameter turns fastest. Parameters that are inactive at a place do not
// turn there, so each distinct configuration comes once, however large the part of the space is that it shuts off.
// Forbidden combinations do come: ask contains().
class GridWalk {
 public:
  // Starts at the first value of each parameter.
  GridWalk(plugin::Space space, std::vector<Axis> axes);

  const std::vector<double>& configuration() const { return configuration_; }  // canonical
  bool advance();  // false at the last combination, where it starts again
  bool is_at_place_of(const GridWalk& other) const { return digits_ == other.digits_; }

  // Places on full axes: the digits as one number, the first parameter's most significant. Inactive ones count as 0, so
  // not every number is the number of a place.
  std::uint64_t number() const;
  void go_to_number(std::uint64_t number);
  void go_to(const std::vector<double>& configuration);

 private:
  double value(std::size_t parameter) const;
  void read_digits();

  plugin::Space space_;
  std::shared_ptr<const std::vector<Axis>> axes_;  // shared, so that a walk is cheap to copy
  std::vector<std::uint64_t> digits_;              // which value of each axis
  std::vector<double> configuration_;
};

}  // namespace tuner::strategies
