#include "mpi_runner/goal_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "mpi_runner/text.h"

namespace tuner {

std::string goal_text(const GoalInfo& goal) {
  std::vector<std::string> parts;
  for (const ObjectiveInfo& objective : goal.objectives)
    parts.push_back((objective.maximize ? "maximize " : "minimize ") + escaped(objective.name));
  for (const std::string& constraint : goal.constraints) parts.push_back(escaped(constraint) + " ≤ 0");
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace tuner
