#include "mpi_runner/planned_study.h"

#include <fmt/format.h>

#include <utility>

#include "core/error.h"
#include "core/shell_word.h"
#include "mpi_runner/input_files.h"
#include "mpi_runner/options.h"
#include "mpi_runner/plugin_path.h"
#include "mpi_runner/trial_folders.h"
#include "storage/study_files.h"

namespace tuner {
namespace {

LoadedStudy look_at(const std::filesystem::path& path, const RunOptions& options) {
  return load_study(path, options.accept_loss ? MissingJournal::accept_loss : MissingJournal::refuse);
}

// The same study as is there already.
void go_on_with(LoadedStudy recorded, PlannedStudy& planned) {
  planned.remarks = warnings(recorded.study.definition(), planned.definition);
  planned.definition = recorded.study.definition();
  planned.recorded = std::move(recorded);
}

// What has to be said of a plugin that goes on: where it is, unless its name leads to it, and what it executes.
std::string said_again(const char* option, const LoadedPlugin& plugin, const PluginOptions& options) {
  const std::filesystem::path& file = plugin.launch.plugin;
  std::string text;
  if (find_named_plugin(file.stem().string()) != file)
    text = fmt::format(" --{} {}", option, shell_word(file.string()));
  const char* set = plugin.description.kind == PluginKind::objective ? "set" : "strategy-set";
  for (const PluginOption& known : plugin.description.options) {
    const auto value = options.find(known.name);
    if (known.executes_code && value != options.end() && value->second != known.default_value)
      text += fmt::format(" --{} {}", set, shell_word(fmt::format("{}={}", known.name, value->second)));
  }
  return text;
}

PlannedStudy plan_recorded(const RunOptions& options) {
  if (!options.space_file.empty() || !options.fix.empty() || !options.narrow.empty())
    throw UserError("--resume takes the search space from the study. Leave out --space, --fix and --narrow");
  LoadedStudy recorded = look_at(options.resume, options);
  const StudyDefinition& definition = recorded.study.definition();
  StudyDefinition now = definition;
  LoadedPlugin objective = load_recorded(definition.objective, options.plugin, PluginKind::objective);
  LoadedPlugin strategy = load_recorded(definition.strategy, options.strategy, PluginKind::strategy);
  const PluginOptions typed = assignments(options.set, "set");
  const PluginOptions objective_options = with_found_inputs(
      resumed_options(definition, objective.description, typed, options.trust), definition, typed, options.resume);
  now.seed = options.seed.value_or(now.seed);
  now.objective = plugin_info(objective, objective_options);
  now.strategy =
      plugin_info(strategy, resumed_options(definition, strategy.description,
                                            assignments(options.strategy_set, "strategy-set"), options.trust));
  now.inputs = input_digests(objective, objective_options);
  PlannedStudy planned{options.resume, now, std::nullopt, std::move(objective), std::move(strategy), objective_options,
                       now.inputs,     {}};
  require_same_study(planned.path, definition, now, planned.objective.description);
  go_on_with(std::move(recorded), planned);
  return planned;
}

PlannedStudy plan_typed(const RunOptions& options) {
  if (options.plugin.empty())
    throw UserError(
        "no objective is given. Try `tuner --plugin xgb --set data=train.csv`, or --resume FILE, or --help");
  LoadedPlugin objective = load_plugin(options.plugin, PluginKind::objective);
  LoadedPlugin strategy =
      load_plugin(options.strategy.empty() ? kDefaultStrategy : options.strategy, PluginKind::strategy);
  StudyDefinition now = define_study(options, objective, strategy);
  const std::filesystem::path path = options.study.empty() ? objective.description.name + ".h5" : options.study;
  PlannedStudy planned{path,       now, std::nullopt, std::move(objective), std::move(strategy), now.objective.options,
                       now.inputs, {}};
  if (!std::filesystem::exists(StudyFiles(path).study())) return planned;
  LoadedStudy recorded = look_at(path, options);
  const StudyDefinition& definition = recorded.study.definition();
  require_same_study(path, definition, planned.definition, planned.objective.description);
  planned.objective_options =
      resumed_options(definition, planned.objective.description, assignments(options.set, "set"), options.trust);
  go_on_with(std::move(recorded), planned);
  return planned;
}

}  // namespace

PlannedStudy plan_study(const RunOptions& options) {
  return options.resume.empty() ? plan_typed(options) : plan_recorded(options);
}

ObjectiveSetup objective_setup(const PlannedStudy& planned, const Settings& settings) {
  HostLaunch launch = planned.objective.launch;
  launch.memory_limit_bytes = settings.trial_memory_bytes;
  return {launch,
          planned.objective_options,
          planned.definition.space,
          planned.definition.goal,
          trial_folders(planned.path, planned.definition.study_id),
          settings.trial_timeout_s,
          settings.hang_after_s,
          settings.trial_checkpoint_every_s};
}

StrategySetup strategy_setup(const PlannedStudy& planned) {
  const StudyDefinition& study = planned.definition;
  return {planned.strategy.launch, study.strategy.options, study.space, study.goal, study.seed};
}

std::string resume_command(const PlannedStudy& planned) {
  return fmt::format("tuner --resume {}{}{}", shell_word(StudyFiles(planned.path).study().string()),
                     said_again("plugin", planned.objective, planned.objective_options),
                     said_again("strategy", planned.strategy, planned.definition.strategy.options));
}

}  // namespace tuner
