// What plugins are told of a study's goal.
#pragma once

#include "core/definition.h"
#include "mpi_runner/plugin_host/protocol.h"

namespace tuner {

inline protocol::Goal goal_for_plugin(const GoalInfo& goal) {
  protocol::Goal result;
  for (const ObjectiveInfo& objective : goal.objectives) result.maximize.push_back(objective.maximize ? 1 : 0);
  result.constraint_count = static_cast<std::uint32_t>(goal.constraints.size());
  for (const FidelityInfo& fidelity : goal.fidelities) {
    result.fidelity_low.push_back(fidelity.low);
    result.fidelity_high.push_back(fidelity.high);
  }
  return result;
}

}  // namespace tuner
