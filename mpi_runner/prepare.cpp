#include "mpi_runner/prepare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>

#include "core/configuration_text.h"
#include "core/error.h"
#include "mpi_runner/clock.h"
#include "mpi_runner/earlier_studies.h"
#include "mpi_runner/epoch.h"
#include "mpi_runner/input_files.h"
#include "mpi_runner/job_facts.h"
#include "mpi_runner/machine.h"
#include "mpi_runner/planned_study.h"
#include "mpi_runner/rank_placement.h"
#include "mpi_runner/strategy_driver.h"
#include "mpi_runner/trial_folders.h"
#include "storage/digest.h"
#include "storage/study_files.h"

namespace tuner {
namespace {

StoreSettings store_settings(const RunOptions& options) {
  StoreSettings settings;
  settings.checkpoint_every_s = options.checkpoint_every_s;
  return settings;
}

std::map<std::string, std::string> current_settings(const StudyStore* store, const RunOptions& options) {
  std::map<std::string, std::string> settings = store ? store->study().settings() : PluginOptions{};
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
  if (options.evaluate_defaults && space.has_defaults() && space.contains(space.defaults()))
    wanted.push_back(space.defaults());
  for (const std::string& text : options.enqueue) wanted.push_back(configuration_from_text(space, text));
  return wanted;
}

// While rank 0 waits for its plugins, the other ranks, which wait for theirs, hear that it lives.
class SignsOfLife {
 public:
  SignsOfLife(Transport& transport, double rank_timeout_s)
      : transport_(transport), every_s_(alive_every_s(rank_timeout_s)) {}

  void give() {
    if (steady_time_s() - given_s_ < every_s_) return;
    given_s_ = steady_time_s();
    transport_.send_to_others(to_bytes(Alive{}));
  }

 private:
  Transport& transport_;
  double every_s_;
  double given_s_ = steady_time_s();
};

// The strategy as it runs here.
StrategySetup strategy_setup(const PlannedStudy& planned, const RunOptions& options) {
  StrategySetup setup = strategy_setup(planned);
  setup.ask_timeout_s = options.ask_timeout_s;
  if (options.on_strategy_failure == OnStrategyFailure::stop) setup.most_failures_in_a_row = 1;
  return setup;
}

// Mistakes in its options appear before a study is made. One that breaks down again and again only ends a run that
// needs it: where points drawn at random do, the manager comes upon it again.
void try_strategy(const PlannedStudy& planned, const RunOptions& options, const std::function<void()>& meanwhile) {
  const StrategySetup setup = strategy_setup(planned, options);
  for (int failures = 1;; ++failures) {
    try {
      ready_strategy(setup, meanwhile);
      return;
    } catch (const PluginError&) {
      if (failures < setup.most_failures_in_a_row) continue;
      if (options.on_strategy_failure != OnStrategyFailure::fallback) throw;
      return;
    }
  }
}

void append(std::vector<std::string>& to, const std::vector<std::string>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

}  // namespace

PreparedRun prepare_run(const RunOptions& options, Transport& transport) {
  auto allocation =
      std::make_unique<Allocation>(options.time_limit_s, [](const char* name) { return std::getenv(name); });
  PlannedStudy planned = plan_study(options);
  std::unique_ptr<StudyStore> store;
  if (planned.recorded)
    store = StudyStore::take_over(planned.path, *std::move(planned.recorded), store_settings(options));
  const Settings settings = settings_from(current_settings(store.get(), options), "the study's settings");
  ObjectiveSetup objective = objective_setup(planned, settings);
  objective.launch.threads = options.threads.value_or(0);  // each rank finds out its own
  const std::string plugin_sha256 = sha256_of_file(planned.objective.launch.plugin);
  std::map<std::string, std::string> digests = planned.inputs;
  digests[planned.objective.launch.plugin.string()] = plugin_sha256;
  const std::filesystem::path logs = std::filesystem::absolute(logs_of(planned.path));
  transport.send_to_others(to_bytes(WorkerSetup{objective, digests, logs, options.rank_timeout_s}));
  place_hosts(objective.launch, transport);
  planned.objective.launch = objective.launch;
  append(planned.remarks, shortages_here(transport));
  std::vector<std::vector<double>> enqueue = first_configurations(options, planned.definition.space);
  EarlierResults earlier = earlier_results(options.warm_start, planned.definition, store ? &store->study() : nullptr);
  append(planned.remarks, earlier.remarks);
  append(planned.remarks, unheeded(planned.definition, planned.strategy.description, !options.warm_start.empty()));
  auto log = std::make_unique<RankLog>(logs, RankId{0});
  SignsOfLife signs_of_life(transport, options.rank_timeout_s);
  auto evaluator = std::make_unique<Evaluator>(objective, digests, *log);
  // Mistakes in options and data appear before a study is made.
  evaluator->wait_until_created([&] { signs_of_life.give(); });
  try_strategy(planned, options, [&] { signs_of_life.give(); });
  if (!store) store = StudyStore::create(planned.path, planned.definition, store_settings(options));
  append(planned.remarks, store->remarks());
  // Where SLURM is away the run begins without its answer.
  constexpr double kPatienceWithSlurm_s = 3;
  allocation->await_answer(kPatienceWithSlurm_s);
  if (const auto remark = foreign_trial_folders(planned.path, planned.definition.study_id))
    planned.remarks.push_back(*remark);
  const Study& study = store->study();
  JobFacts job = this_job();
  job.predecessor_alive_until = store->predecessor_alive_until();
  if (!job.name.empty() && allocation->time()) job.started = std::min(job.started, allocation->time()->start);
  std::string facts = epoch_facts(transport.size(), objective.launch.threads, job,
                                  sha256_of_file(planned.strategy.launch.plugin), plugin_sha256);
  const std::string go_on = resume_command(planned);
  RunPlan plan{std::move(evaluator),
               strategy_setup(planned, options),
               planned.strategy.description.uses_results,
               options.on_strategy_failure,
               settings.rules,
               settings.retry,
               std::move(allocation),
               job.run_begins_it,
               options.finish_margin_s,
               options.rank_timeout_s,
               options.wait_for_space_s,
               std::move(facts),
               go_on,
               std::move(earlier.trials),
               not_yet_known(std::move(enqueue), study),
               changes(study, options.settings)};
  return {std::move(log),
          std::move(store),
          std::move(plan),
          std::move(planned.objective),
          std::move(planned.objective_options),
          std::move(planned.remarks),
          go_on,
          settings.trial_timeout_s,
          settings.hang_after_s};
}

}  // namespace tuner
