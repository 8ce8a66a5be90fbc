#include "mpi_runner/commands/json_text.h"

#include <nlohmann/json.hpp>

namespace tuner {

std::string json_text(const nlohmann::ordered_json& json) {
  constexpr int kIndent = 2;
  return json.dump(kIndent, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
}

nlohmann::ordered_json values_json(const Study& study, TrialId id) {
  auto values = nlohmann::ordered_json::object();
  const auto& objectives = study.definition().goal.objectives;
  for (std::size_t i = 0; i < objectives.size(); ++i) values[objectives[i].name] = study.values(id)[i];
  return values;
}

}  // namespace tuner
