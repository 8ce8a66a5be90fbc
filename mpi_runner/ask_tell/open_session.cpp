#include "mpi_runner/ask_tell/open_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>
#include <utility>

#include "core/configuration_text.h"
#include "core/error.h"
#include "mpi_runner/earlier_studies.h"
#include "mpi_runner/machine.h"
#include "mpi_runner/study_setup.h"
#include "storage/study_store.h"

namespace tuner {
namespace {

// The study as it should be, and what it takes to continue one that exists.
struct Opened {
  LoadedPlugin strategy;
  StudyDefinition definition;
  std::optional<LoadedStudy> recorded;  // nothing where the study is new
  std::vector<std::string> remarks;
};

std::vector<ObjectiveInfo> objectives_or_default(const CreateRequest& request) {
  return request.objectives.empty() ? std::vector<ObjectiveInfo>{{"value", false}} : request.objectives;
}

Opened open_new(const CreateRequest& request) {
  if (!request.space)
    throw UserError("\"space\" is missing (only a study file that exists brings its own). Add {\"parameters\": [...]}");
  LoadedPlugin strategy =
      load_plugin(request.strategy.empty() ? kDefaultStrategy : request.strategy, PluginKind::strategy);
  // What can throw comes first: g++ 12 destroys a half-made aggregate wrongly.
  PluginInfo recorded_strategy = plugin_info(strategy, check_options(strategy.description, request.options));
  GoalInfo goal{objectives_or_default(request), request.constraints.value_or(std::vector<std::string>{}), {}};
  StudyDefinition definition{.study_id = new_study_id(),
                             .seed = request.seed.value_or(0),
                             .space = *request.space,
                             .goal = std::move(goal),
                             .objective = client_objective(),
                             .strategy = std::move(recorded_strategy),
                             .inputs = {},
                             .settings = {}};
  return {std::move(strategy), std::move(definition), std::nullopt, {}};
}

// The recorded study with all that the client said in the place of what is recorded.
StudyDefinition as_requested(const CreateRequest& request, const StudyDefinition& recorded,
                             const LoadedPlugin& strategy) {
  StudyDefinition now = recorded;
  if (request.space) now.space = *request.space;
  if (!request.objectives.empty()) now.goal.objectives = request.objectives;
  if (request.constraints) now.goal.constraints = *request.constraints;
  now.seed = request.seed.value_or(recorded.seed);
  now.strategy = plugin_info(strategy, resumed_options(recorded, strategy.description, request.options, false));
  return now;
}

void refuse_study_of_a_plugin(const CreateRequest& request, const StudyDefinition& recorded) {
  if (!is_client_objective(recorded.objective))
    throw UserError(
        fmt::format("the trials of {} are evaluated by plugin '{}', not by a client. Continue it with tuner --resume",
                    request.study, recorded.objective.name));
}

Opened open_recorded(const CreateRequest& request) {
  LoadedStudy loaded =
      load_study(request.study, request.accept_loss ? MissingJournal::accept_loss : MissingJournal::refuse);
  StudyDefinition recorded = loaded.study.definition();
  refuse_study_of_a_plugin(request, recorded);
  LoadedPlugin strategy = load_recorded(recorded.strategy, request.strategy, PluginKind::strategy);
  const StudyDefinition now = as_requested(request, recorded, strategy);
  require_same_study(request.study, recorded, now, {});
  std::vector<std::string> remarks = warnings(recorded, now);
  return {std::move(strategy), std::move(recorded), std::move(loaded), std::move(remarks)};
}

std::vector<std::vector<double>> configurations(const CreateRequest& request, const SearchSpace& space) {
  std::vector<std::vector<double>> read;
  for (const std::string& json : request.enqueue) read.push_back(configuration_from_json(space, json, "enqueue"));
  return read;
}

StrategySetup strategy_setup(const Opened& opened, double ask_timeout_s) {
  const StudyDefinition& study = opened.definition;
  StrategySetup setup{opened.strategy.launch, study.strategy.options, study.space, study.goal, study.seed};
  setup.ask_timeout_s = ask_timeout_s;
  return setup;
}

std::unique_ptr<KeptStudy> keep(const CreateRequest& request, Opened& opened, JobFacts& job) {
  if (request.study.empty()) return keep_in_memory(opened.definition);
  std::unique_ptr<StudyStore> store = opened.recorded
                                          ? StudyStore::take_over(request.study, *std::move(opened.recorded))
                                          : StudyStore::create(request.study, opened.definition);
  std::ranges::copy(store->remarks(), std::back_inserter(opened.remarks));
  job.predecessor_alive_until = store->predecessor_alive_until();
  return keep_in_file(std::move(store));
}

}  // namespace

OpenedSession open_session(const CreateRequest& request) {
  const bool exists = !request.study.empty() && std::filesystem::exists(request.study);
  Opened opened = exists ? open_recorded(request) : open_new(request);
  const auto enqueue = configurations(request, opened.definition.space);
  const EarlierResults earlier =
      earlier_results(request.warm_start, opened.definition, opened.recorded ? &opened.recorded->study : nullptr);
  std::ranges::copy(earlier.remarks, std::back_inserter(opened.remarks));
  std::ranges::copy(unheeded(opened.definition, opened.strategy.description, !request.warm_start.empty()),
                    std::back_inserter(opened.remarks));
  StrategyDriver strategy = ready_strategy(strategy_setup(opened, request.ask_timeout_s));
  JobFacts job = this_job();
  std::unique_ptr<KeptStudy> kept = keep(request, opened, job);
  const std::string facts =
      epoch_facts(request.workers, 1, job, plugin_info(opened.strategy, {}).sha256, client_objective().sha256);
  auto session = std::make_unique<Session>(std::move(kept), std::move(strategy), facts, enqueue, earlier.trials);
  return {std::move(session), std::move(opened.remarks)};
}

}  // namespace tuner
