#include "mpi_runner/bad_value.h"

#include <fmt/format.h>

#include <cmath>

namespace tuner {

std::string bad_value(const GoalInfo& goal, std::span<const double> values, std::span<const double> constraints) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i])) return fmt::format("objective '{}' is {}", goal.objectives[i].name, values[i]);
  for (std::size_t i = 0; i < constraints.size(); ++i)
    if (!std::isfinite(constraints[i]))
      return fmt::format("constraint '{}' is {}", goal.constraints[i], constraints[i]);
  return {};
}

}  // namespace tuner
