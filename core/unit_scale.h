// One parameter's axis of the unit cube: which value stands at which coordinate.
#pragma once

#include "core/search_space.h"

namespace tuner {

// Above this many values a double in [0, 1] can no longer name each of them: with cell centres (k + 1/2) / n, division
// and multiplication err by at most n / 2^52 cells, which must stay below one half.
inline constexpr double kMostCells = 0x1p51;
// The same limit for integers on a log scale, where exp and log err by some 1e-14 relative.
inline constexpr double kLargestLogInteger = 0x1p40;

// The k-th value of a parameter that is not continuous.
double value_of_cell(const Parameter& parameter, double k);

// The value at coordinate u. Continuous: linear or log. Otherwise cells of equal width, and for integers on a log scale
// cells as wide as log((k + 1/2) / (k - 1/2)), so that each integer is as likely as its share of the scale.
double unit_to_value(const Parameter& parameter, double u);

// The centre of the value's cell; exact inverse of unit_to_value except for the rounding of continuous values.
double value_to_unit(const Parameter& parameter, double value);

// The grid value that `value` means up to rounding (0.30000000000000004 for 0.3), or `value` itself if it means none.
double snapped(const Parameter& parameter, double value);

// Why the parameter cannot take this value ("eta = 0.7 is above 0.5"), or nothing.
std::optional<std::string> value_problem(const Parameter& parameter, double value);

}  // namespace tuner
