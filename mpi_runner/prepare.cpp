#include "mpi_runner/prepare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "core/configuration_text.h"
#include "core/error.h"
#include "mpi_runner/clock.h"
#include "mpi_runner/epoch.h"
#include "mpi_runner/input_files.h"
#include "mpi_runner/job_facts.h"
#include "mpi_runner/machine.h"
#include "mpi_runner/rank_placement.h"
#include "mpi_runner/signals.h"
#include "mpi_runner/trial_folders.h"
#include "storage/digest.h"
#include "storage/study_files.h"

namespace tuner {
namespace {

// The study before anybody owns it: what it should be, and its plugins.
struct Opened {
  std::filesystem::path path;
  std::unique_ptr<StudyStore> store;  // none yet where the study is new
  StudyDefinition definition;
  LoadedPlugin objective;
  LoadedPlugin strategy;
  PluginOptions objective_options;
  std::vector<std::string> remarks;
};

StoreSettings store_settings(const RunOptions& options) {
  StoreSettings settings;
  settings.checkpoint_every_s = options.checkpoint_every_s;
  return settings;
}

// Reads only, so that what is refused afterwards leaves no trace.
LoadedStudy look_at(const std::filesystem::path& path, const RunOptions& options) {
  return load_study(path, options.accept_loss ? MissingJournal::accept_loss : MissingJournal::refuse);
}

// Takes over what is known to be the same study.
void take_over(Opened& opened, LoadedStudy recorded, const RunOptions& options, const StudyDefinition& now) {
  const StudyDefinition& definition = recorded.study.definition();
  opened.remarks = warnings(definition, now);
  opened.definition = definition;
  opened.store = StudyStore::take_over(opened.path, std::move(recorded), store_settings(options));
}

Opened open_recorded(const RunOptions& options) {
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
  Opened opened{options.resume, nullptr, now, std::move(objective), std::move(strategy), objective_options, {}};
  require_same_study(opened.path, definition, now, opened.objective.description);
  take_over(opened, std::move(recorded), options, now);
  return opened;
}

Opened open_typed(const RunOptions& options) {
  if (options.plugin.empty())
    throw UserError(
        "no objective is given. Try `tuner --plugin xgb --set data=train.csv`, or --resume FILE, or --help");
  LoadedPlugin objective = load_plugin(options.plugin, PluginKind::objective);
  LoadedPlugin strategy =
      load_plugin(options.strategy.empty() ? kDefaultStrategy : options.strategy, PluginKind::strategy);
  StudyDefinition now = define_study(options, objective, strategy);
  const std::filesystem::path path = options.study.empty() ? objective.description.name + ".h5" : options.study;
  PluginOptions objective_options = now.objective.options;
  Opened opened{path, nullptr, std::move(now), std::move(objective), std::move(strategy), objective_options, {}};
  if (std::filesystem::exists(StudyFiles(path).study())) {
    LoadedStudy recorded = look_at(path, options);
    const StudyDefinition typed = opened.definition;
    require_same_study(path, recorded.study.definition(), typed, opened.objective.description);
    opened.objective_options = resumed_options(recorded.study.definition(), opened.objective.description,
                                               assignments(options.set, "set"), options.trust);
    take_over(opened, std::move(recorded), options, typed);
  }
  return opened;
}

std::map<std::string, std::string> current_settings(const Opened& opened, const RunOptions& options) {
  std::map<std::string, std::string> settings = opened.store ? opened.store->study().settings() : PluginOptions{};
  for (const auto& [name, text] : options.settings) settings[name] = text;
  return settings;
}

std::vector<SettingChanged> changes(const Study& study, const std::map<std::string, std::string>& typed) {
  std::vector<SettingChanged> found;
  for (const auto& [name, text] : typed) {
    const auto recorded = study.settings().find(name);
    if (recorded == study.settings().end() || recorded->second != text) found.push_back({name, text});
  }
  return found;
}

// Configurations to run first: the plugin's defaults and what the user asked for.
std::vector<std::vector<double>> first_configurations(const RunOptions& options, const SearchSpace& space) {
  std::vector<std::vector<double>> wanted;
  const bool has_defaults =
      std::ranges::any_of(space.parameters(), [](const auto& p) { return p.default_value.has_value(); });
  if (options.evaluate_defaults && has_defaults && space.contains(space.defaults())) wanted.push_back(space.defaults());
  for (const std::string& text : options.enqueue) wanted.push_back(configuration_from_text(space, text));
  return wanted;
}

// Rank 0 waits for its own objective before the study is made: mistakes in options and data appear here. The other
// ranks, which wait with theirs, hear meanwhile that it lives.
std::unique_ptr<Evaluator> ready_evaluator(const ObjectiveSetup& setup, RankLog& log, Transport& transport,
                                           double rank_timeout_s) {
  double last_alive_s = steady_time_s();
  auto evaluator = std::make_unique<Evaluator>(setup, log);
  std::vector<pollfd> descriptors;
  Pause pause;
  while (!evaluator->ready()) {
    evaluator->advance();
    if (steady_time_s() - last_alive_s > alive_every_s(rank_timeout_s)) {
      last_alive_s = steady_time_s();
      for (std::uint64_t rank = 1; rank < transport.size(); ++rank) transport.send(RankId{rank}, to_bytes(Alive{}));
    }
    if (stop_request() == StopRequest::leave) throw Interrupted("stopped by a signal before the first trial");
    descriptors.clear();
    evaluator->append_poll_fds(descriptors);
    pause.wait(descriptors, 10e-3);
  }
  return evaluator;
}

// Results of earlier studies that this one does not have yet, each study once.
std::vector<ImportedTrial> imports(const std::vector<std::string>& files, Opened& opened) {
  std::vector<ImportedTrial> all;
  std::set<std::string> known;
  for (const std::string& file : files) {
    const LoadedStudy earlier = load_study(file, MissingJournal::accept_loss);
    for (const std::string& remark : earlier.remarks)
      opened.remarks.push_back(fmt::format("--warm-start {}: {}", file, remark));
    const std::string& id = earlier.study.definition().study_id;
    if (!known.insert(id).second || (opened.store && has_imported(opened.store->study(), id))) continue;
    try {
      const std::vector<ImportedTrial> more = importable_trials(earlier.study, opened.definition);
      if (more.empty()) throw UserError("none of its results is a configuration of this study's search space");
      all.insert(all.end(), more.begin(), more.end());
    } catch (const UserError& error) {
      throw UserError(fmt::format("--warm-start {}: {}", file, error.what()));
    }
  }
  return all;
}

// The strategy as it runs here, with the options of the study.
StrategySetup strategy_setup(const Opened& opened, const RunOptions& options) {
  const StudyDefinition& study = opened.definition;
  StrategySetup setup{opened.strategy.launch, study.strategy.options, study.space, study.goal, study.seed};
  setup.ask_timeout_s = options.ask_timeout_s;
  if (options.on_strategy_failure == OnStrategyFailure::stop) setup.most_failures_in_a_row = 1;
  return setup;
}

void append(std::vector<std::string>& to, const std::vector<std::string>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

}  // namespace

PreparedRun prepare_run(const RunOptions& options, Transport& transport) {
  auto allocation =
      std::make_unique<Allocation>(options.time_limit_s, [](const char* name) { return std::getenv(name); });
  Opened opened = options.resume.empty() ? open_typed(options) : open_recorded(options);
  const Settings settings = settings_from(current_settings(opened, options), "the study's settings");
  opened.objective.launch.threads = options.threads.value_or(0);  // each rank finds out its own
  opened.objective.launch.memory_limit_bytes = settings.trial_memory_bytes;

  ObjectiveSetup objective{opened.objective.launch,
                           opened.objective_options,
                           opened.definition.space,
                           opened.definition.goal,
                           trial_folders(opened.path, opened.definition.study_id),
                           settings.trial_timeout_s,
                           settings.hang_after_s,
                           settings.trial_checkpoint_every_s};
  const std::filesystem::path logs = std::filesystem::absolute(logs_of(opened.path));
  for (std::uint64_t rank = 1; rank < transport.size(); ++rank)
    transport.send(RankId{rank}, to_bytes(WorkerSetup{objective, logs, options.rank_timeout_s}));
  place_hosts(objective.launch, transport);
  opened.objective.launch = objective.launch;
  append(opened.remarks, shortages_here(transport));
  std::vector<std::vector<double>> enqueue = first_configurations(options, opened.definition.space);
  std::vector<ImportedTrial> imported = imports(options.warm_start, opened);
  auto log = std::make_unique<RankLog>(logs, RankId{0});
  std::unique_ptr<Evaluator> evaluator = ready_evaluator(objective, *log, transport, options.rank_timeout_s);

  StrategyHost(strategy_setup(opened, options))
      .wait_until_created();  // mistakes in its options appear before a study is made
  if (!opened.store) opened.store = StudyStore::create(opened.path, opened.definition, store_settings(options));
  append(opened.remarks, opened.store->remarks());
  // Where SLURM is away the run begins without its answer.
  constexpr double kPatienceWithSlurm_s = 3;
  allocation->await_answer(kPatienceWithSlurm_s);
  if (const auto remark = foreign_trial_folders(opened.path, opened.definition.study_id))
    opened.remarks.push_back(*remark);
  const Study& study = opened.store->study();
  JobFacts job = this_job();
  if (!job.name.empty() && allocation->time()) job.started = std::min(job.started, allocation->time()->start);
  std::string facts =
      epoch_facts(transport.size(), objective.launch.threads, job, sha256_of_file(opened.strategy.launch.plugin),
                  sha256_of_file(opened.objective.launch.plugin));
  RunPlan plan{std::move(evaluator),
               strategy_setup(opened, options),
               opened.strategy.description.uses_results,
               options.on_strategy_failure,
               settings.rules,
               settings.retry,
               std::move(allocation),
               options.finish_margin_s,
               options.rank_timeout_s,
               options.wait_for_space_s,
               std::move(facts),
               std::move(imported),
               not_yet_known(std::move(enqueue), study),
               changes(study, options.settings)};
  return {std::move(log),
          std::move(opened.store),
          std::move(plan),
          std::move(opened.objective),
          std::move(opened.objective_options),
          std::move(opened.remarks),
          settings.trial_timeout_s};
}

}  // namespace tuner
