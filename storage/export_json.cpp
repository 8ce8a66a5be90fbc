#include <nlohmann/json.hpp>
#include <ostream>

#include "core/configuration_text.h"
#include "core/random.h"
#include "storage/export.h"

namespace tuner {

namespace {

using Json = nlohmann::ordered_json;

std::string to_text(const Json& json) {
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

template <class Names>
Json named_values(const Names& names, std::span<const double> values) {
  Json object = Json::object();
  for (std::size_t i = 0; i < names.size(); ++i) object[names[i]] = values[i];
  return object;
}

template <class Infos>
std::vector<std::string> names_of(const Infos& infos) {
  std::vector<std::string> names;
  names.reserve(infos.size());
  for (const auto& info : infos) names.push_back(info.name);
  return names;
}

Json intermediate_of(const Study& study, TrialId id) {
  Json list = Json::array();
  for (const auto& one : study.intermediate(id))
    list.push_back({{"attempt", one.attempt}, {"step", one.step}, {"value", one.value}});
  return list;
}

Json notes_of(const Study& study, TrialId id) {
  Json object = Json::object();
  for (const auto& [key, value] : study.metrics(id)) object[key] = value;
  return object;
}

Json trial_of(const Study& study, TrialId id) {
  const auto& trial = study.trial(id);
  const auto& goal = study.definition().goal;
  Json json;
  json["number"] = id.value;
  json["state"] = name_of(trial.state);
  if (trial.has_ended_attempt()) json["cause"] = name_of(trial.cause);
  json["origin"] = name_of(trial.origin);
  if (trial.parent) json["parent"] = trial.parent->value;
  if (trial.origin == Origin::strategy) json["ask"] = trial.ask.value;
  json["known"] = trial.known;
  json["pending"] = trial.pending;
  json["seed"] = trial_seed(study.definition().seed, id.value);
  json["parameters"] = Json::parse(configuration_to_json(study.space(), study.configuration(id)), nullptr, false);
  if (!goal.fidelities.empty()) json["fidelities"] = named_values(names_of(goal.fidelities), study.fidelities(id));
  json["values"] = named_values(names_of(goal.objectives), study.values(id));
  if (!goal.constraints.empty()) json["constraints"] = named_values(goal.constraints, study.constraints(id));
  json["attempt"] = trial.attempt;
  if (trial.attempt > 0) json["rank"] = trial.rank.value;
  json["started"] = trial.started;
  json["ended"] = trial.ended;
  json["duration_s"] = trial.duration_s;
  json["notes"] = notes_of(study, id);
  json["intermediate"] = intermediate_of(study, id);
  return json;
}

Json failures_of(const Study& study) {
  Json list = Json::array();
  for (const auto& failure : study.failures())
    list.push_back({{"trial", failure.trial.value},
                    {"attempt", failure.attempt},
                    {"cause", name_of(failure.cause)},
                    {"message", failure.message}});
  return list;
}

Json objectives_of(const Study& study) {
  Json list = Json::array();
  for (const auto& objective : study.definition().goal.objectives)
    list.push_back({{"name", objective.name}, {"direction", objective.maximize ? "maximize" : "minimize"}});
  return list;
}

}  // namespace

// Trial by trial, so that a large study is not held a second time.
void export_json(const Study& study, std::ostream& out) {
  out << "{\"study_id\": " << to_text(study.definition().study_id)
      << ",\n\"objectives\": " << to_text(objectives_of(study)) << ",\n\"failures\": " << to_text(failures_of(study))
      << ",\n\"trials\": [";
  const char* separator = "\n";
  for (std::size_t number = 0; number < study.trial_count(); ++number) {
    out << separator << to_text(trial_of(study, TrialId{number}));
    separator = ",\n";
  }
  out << "\n]}\n";
}

}  // namespace tuner
