// Walks through the allowed combinations of some values of each parameter, one after the other and without a list.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "plugins/strategies/common/forbidden.h"
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
// What a forbidden combination rules out is jumped over as a whole.
class GridWalk {
 public:
  // Starts at the first value of each parameter, allowed or not: call skip_forbidden().
  GridWalk(const plugin::Space& space, std::vector<Axis> axes);

  const std::vector<double>& configuration() const { return configuration_; }  // canonical
  // Both go on behind the last combination with the first one, and return false then; also where none is allowed.
  bool skip_forbidden();  // to the first allowed combination from here on
  bool advance();         // to the next allowed one
  bool is_at_place_of(const GridWalk& other) const { return digits_ == other.digits_; }

  // Places on full axes: the digits as one number, the first parameter's most significant. Inactive ones count as 0, so
  // not every number is the number of a place.
  std::uint64_t number() const;
  void go_to_number(std::uint64_t number);
  void go_to(const std::vector<double>& configuration);

 private:
  // What is known of the values of a parameter that were passed, while those before it stood as they stand.
  struct Passed {
    bool all_forbidden = true;
    std::vector<bool> reasons = {};  // where all were: the parameters of which one must turn; empty = none passed

    void add(const std::vector<bool>& more, std::size_t except);
  };

  double value(std::size_t parameter) const;
  void read_digits();
  void arrive();
  void turn(std::size_t parameter, std::uint64_t digit);
  bool turn_one_before(std::size_t parameter, Passed passed);
  std::uint64_t next_digit(const ForbiddenCondition& condition) const;

  plugin::Space space_;
  std::shared_ptr<const std::vector<Axis>> axes_;  // shared, so that a walk is cheap to copy
  std::shared_ptr<const ForbiddenCombinations> forbidden_;
  std::vector<std::uint64_t> digits_;  // which value of each axis
  std::vector<double> configuration_;
  std::vector<Passed> passed_;
};

}  // namespace tuner::strategies
