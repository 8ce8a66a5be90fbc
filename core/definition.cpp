#include "core/definition.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/json_places.h"

namespace tuner {

namespace {

using nlohmann::json;

json to_json_value(const GoalInfo& goal) {
  json objectives = json::array();
  for (const auto& objective : goal.objectives)
    objectives.push_back({{"name", objective.name}, {"direction", objective.maximize ? "maximize" : "minimize"}});
  json fidelities = json::array();
  for (const auto& fidelity : goal.fidelities)
    fidelities.push_back({{"name", fidelity.name}, {"low", fidelity.low}, {"high", fidelity.high}});
  return {{"objectives", objectives}, {"constraints", goal.constraints}, {"fidelities", fidelities}};
}

json to_json_value(const PluginInfo& plugin) {
  return {{"name", plugin.name},
          {"version", plugin.version},
          {"path", plugin.path},
          {"sha256", plugin.sha256},
          {"options", plugin.options}};
}

bool is_maximize(const std::string& direction) {
  if (direction != "maximize" && direction != "minimize")
    throw DamagedStudy(
        fmt::format("the study's definition names a direction '{}' (known are minimize, maximize)", direction));
  return direction == "maximize";
}

GoalInfo goal_from(const json& value) {
  GoalInfo goal;
  for (const auto& objective : value.at("objectives"))
    goal.objectives.push_back({objective.at("name"), is_maximize(objective.at("direction"))});
  goal.constraints = value.at("constraints").get<std::vector<std::string>>();
  for (const auto& fidelity : value.at("fidelities"))
    goal.fidelities.push_back({fidelity.at("name"), fidelity.at("low"), fidelity.at("high")});
  if (goal.objectives.empty()) throw DamagedStudy("the study's definition has no objective");
  return goal;
}

PluginInfo plugin_from(const json& value) {
  return {.name = value.at("name"),
          .version = value.at("version"),
          .path = value.at("path"),
          .sha256 = value.at("sha256"),
          .options = value.at("options").get<std::map<std::string, std::string>>()};
}

SearchSpace space_from(const json& value) {
  try {
    return SearchSpace::from_json(value.dump(), "the study's space", SpaceAuthor::tuner);
  } catch (const UserError& error) {
    throw DamagedStudy(error.what());
  }
}

}  // namespace

PluginInfo client_objective() {
  return {.name = "ask-tell", .version = "1", .path = "", .sha256 = "", .options = {}};
}

bool is_client_objective(const PluginInfo& objective) {
  return objective.path.empty() && objective.name == client_objective().name;
}

std::vector<double> GoalInfo::highest_fidelities() const {
  std::vector<double> highest;
  highest.reserve(fidelities.size());
  for (const auto& fidelity : fidelities) highest.push_back(fidelity.high);
  return highest;
}

std::string StudyDefinition::to_json() const {
  const json value = {{"study_id", study_id},
                      {"seed", seed},
                      {"space", json::parse(space.to_json())},
                      {"goal", to_json_value(goal)},
                      {"objective", to_json_value(objective)},
                      {"strategy", to_json_value(strategy)},
                      {"inputs", inputs},
                      {"settings", settings},
                      {"folder", folder}};
  try {
    return value.dump();
  } catch (const json::exception& error) {
    throw UserError(fmt::format(
        "an option, name or path of this study cannot be kept in its file (it is not UTF-8: {})", error.what()));
  }
}

StudyDefinition StudyDefinition::from_json(std::string_view text) {
  if (nested_too_deeply(text)) throw DamagedStudy("the study's definition cannot be read (it is nested too deeply)");
  try {
    const json value = json::parse(text);
    return {.study_id = value.at("study_id"),
            .seed = value.at("seed"),
            .space = space_from(value.at("space")),
            .goal = goal_from(value.at("goal")),
            .objective = plugin_from(value.at("objective")),
            .strategy = plugin_from(value.at("strategy")),
            .inputs = value.at("inputs").get<std::map<std::string, std::string>>(),
            .settings = value.at("settings").get<std::map<std::string, std::string>>(),
            .folder = value.value("folder", "")};
  } catch (const json::exception& error) {
    throw DamagedStudy(fmt::format("the study's definition cannot be read ({})", error.what()));
  }
}

}  // namespace tuner
