#include "mpi_runner/ask_tell/answers.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/configuration_text.h"
#include "core/pareto.h"
#include "core/random.h"

namespace tuner {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Written by hand: most answers are these, and a tree of objects would take most of their time.
std::string trial_text(const Study& study, TrialId id) {
  return fmt::format(R"({{"trial":{},"attempt":{},"seed":{},"parameters":{}}})", id.value, study.trial(id).attempt,
                     trial_seed(study.definition().seed, id.value),
                     configuration_to_json(study.space(), study.configuration(id)));
}

Json result_json(const Study& study, TrialId id) {
  Json json = {{"trial", id.value},
               {"parameters", Json::parse(configuration_to_json(study.space(), study.configuration(id)))},
               {"values", study.values(id)}};
  if (!study.constraints(id).empty()) json["constraints"] = study.constraints(id);
  return json;
}

}  // namespace

std::string created_answer(const CreateRequest& request, const OpenedSession& opened) {
  const Study& study = opened.session->study();
  Json open = Json::array();
  for (const TrialId id : study.pending())
    if (study.trial(id).attempt > 0) open.push_back(id.value);  // others no client has seen
  return text_of({{"study", request.study.empty() ? Json() : Json(request.study)},
                  {"id", study.definition().study_id},
                  {"strategy", study.definition().strategy.name},
                  {"seed", study.definition().seed},
                  {"finished", study.finished().size()},
                  {"open", open},
                  {"remarks", opened.remarks}});
}

std::string trials_answer(const Study& study, std::span<const TrialId> trials) {
  std::string text = "{\"trials\":[";
  for (const TrialId id : trials) text += (id == trials.front() ? "" : ",") + trial_text(study, id);
  text += "]";
  if (study.exhausted() && study.waiting().empty()) text += ",\"exhausted\":true";
  return text + "}";
}

std::string told_answer(TrialId trial) {
  return fmt::format("{{\"told\":{}}}", trial.value);
}

std::string best_answer(const Study& study) {
  Json json = {{"best", study.best() ? result_json(study, *study.best()) : Json()}};
  if (study.definition().goal.objectives.size() > 1) {
    json["front"] = Json::array();
    for (const TrialId id : pareto_front(study)) json["front"].push_back(result_json(study, id));
  }
  return text_of(json);
}

std::string done_answer(const char* what) {
  return fmt::format("{{\"{}\":true}}", what);
}

std::string error_answer(std::string_view message) {
  return text_of({{"error", message}});
}

}  // namespace tuner
