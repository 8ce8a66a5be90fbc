// The checks of objectives.
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/configuration_text.h"
#include "core/error.h"
#include "mpi_runner/conformance/plugin_under_test.h"
#include "mpi_runner/objective_host.h"
#include "mpi_runner/plugin_call.h"
#include "mpi_runner/plugin_goal.h"

namespace tuner::conformance {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kSeed = 1;
// Allocators and caches settle within these evaluations, before memory is measured.
constexpr int kWarmUpEvaluations = 20;
// Fewer say nothing about growth.
constexpr int kLeastMemoryEvaluations = 20;
constexpr double kMemoryCheckSeconds = 60;
// What caches may still add: a leak of 200 × 100 KiB is found.
constexpr std::int64_t kAllowedGrowthBytes = std::int64_t{16} << 20;

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "tuner-check-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
      throw UserError("cannot make a folder in " + fs::temp_directory_path().string());
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// Evaluates one trial after the other.
class Trials {
 public:
  Trials(const PluginUnderTest& plugin, const SearchSpace& space, const fs::path& folder)
      : space_(space),
        goal_(plugin.description.goal),
        host_({.launch = plugin.setup.launch,
               .options = plugin.options,
               .space = space,
               .goal = goal_,
               .trials_directory = folder,
               .trial_timeout_s = plugin.setup.trial_timeout_s}) {}

  void start(const std::vector<double>& configuration, const std::vector<double>& fidelities) {
    host_.start({.trial = TrialId{next_++},
                 .seed = kSeed,
                 .configuration = configuration,
                 .fidelities = fidelities,
                 .parent = std::nullopt});
  }
  AttemptEnded wait() {
    for (;;) {
      for (const Event& event : host_.advance())
        if (const auto* ended = std::get_if<AttemptEnded>(&event)) return *ended;
      std::vector<pollfd> fds;
      host_.append_poll_fds(fds);
      const double timeout_s = host_.next_deadline_in_s().value_or(-1e-3);
      ::poll(fds.data(), fds.size(), static_cast<int>(std::ceil(timeout_s * 1e3)));
    }
  }
  AttemptEnded evaluate(const std::vector<double>& configuration) {
    start(configuration, goal_.highest_fidelities());
    return wait();
  }
  pid_t host_pid() const { return host_.host_pid(); }

 private:
  const SearchSpace& space_;
  GoalInfo goal_;
  ObjectiveHost host_;
  std::uint64_t next_ = 0;
};

class ObjectiveChecks {
 public:
  ObjectiveChecks(const PluginUnderTest& plugin, SearchSpace space) : plugin_(plugin), space_(std::move(space)) {}

  void evaluate_default() {
    Trials trials(plugin_, space_, folder_.path());
    require_value(trials.evaluate(space_.defaults()), space_.defaults());
  }

  void evaluate_lowest_fidelities() {
    std::vector<double> lowest;
    for (const FidelityInfo& fidelity : goal().fidelities) lowest.push_back(fidelity.low);
    if (lowest.empty()) throw Skipped("it has no fidelities");
    Trials trials(plugin_, space_, folder_.path());
    trials.start(space_.defaults(), lowest);
    require_value(trials.wait(), space_.defaults());
  }

  // A configuration may fail to train, but none may take the host along.
  void evaluate_random() {
    Trials trials(plugin_, space_, folder_.path());
    std::string complaint;
    for (int i = 0; i < plugin_.setup.random_configurations; ++i) {
      const std::vector<double> configuration = draw(i);
      const AttemptEnded ended = trials.evaluate(configuration);
      if (ended.cause == Cause::exception || ended.cause == Cause::bad_value)
        complaint = failure_text(ended, configuration);
      else
        require_value(ended, configuration);
    }
    if (!complaint.empty()) throw Warned(complaint);
  }

  void repeat_with_same_seed() {
    Trials first(plugin_, space_, folder_.path());
    Trials second(plugin_, space_, folder_.path());
    const std::vector<double> configuration = space_.defaults();
    const auto values = first.evaluate(configuration).values;
    for (Trials* trials : {&first, &second}) {
      const auto again = trials->evaluate(configuration).values;
      if (again != values)
        throw Warned(
            fmt::format("the same configuration and seed gave {} and {}. Seed every random generator with the "
                        "trial's seed, and use one thread or a deterministic algorithm",
                        fmt::join(values, ", "), fmt::join(again, ", ")));
    }
  }

  void evaluate_side_by_side() {
    Trials first(plugin_, space_, folder_.path());
    Trials second(plugin_, space_, folder_.path());
    first.start(space_.defaults(), goal().highest_fidelities());
    second.start(space_.defaults(), goal().highest_fidelities());
    require_value(first.wait(), space_.defaults());
    require_value(second.wait(), space_.defaults());
  }

  void measure_memory() {
    Trials trials(plugin_, space_, folder_.path());
    const auto start = Clock::now();
    const auto out_of_time = [&] { return Clock::now() - start > std::chrono::duration<double>(kMemoryCheckSeconds); };
    for (int i = 0; i < kWarmUpEvaluations && !out_of_time(); ++i) trials.evaluate(space_.defaults());
    const pid_t host = trials.host_pid();
    const std::int64_t before = resident_bytes(host);
    int done = 0;
    while (done < plugin_.setup.memory_evaluations && !out_of_time()) {
      trials.evaluate(space_.defaults());
      ++done;
    }
    if (done < kLeastMemoryEvaluations) throw Skipped("it takes too long to evaluate it often enough");
    if (trials.host_pid() != host) throw Failed("its host died on the way");

    const std::int64_t growth = resident_bytes(host) - before;
    if (growth > kAllowedGrowthBytes)
      throw Failed(
          fmt::format("its host grew by {:.1f} MiB in {} evaluations, {:.1f} KiB each. Free what evaluate() "
                      "allocates",
                      static_cast<double>(growth) / (1 << 20), done, static_cast<double>(growth) / 1024 / done));
  }

  void refit_default() {
    RefitCall call{.options = plugin_.options,
                   .space = space_,
                   .goal = goal(),
                   .configuration = space_.defaults(),
                   .seed = kSeed,
                   .directory = folder_.path()};
    try {
      refit(plugin_.setup.launch, call);
    } catch (const PluginError& error) {
      if (std::string_view(error.what()).find("it has no refit()") != std::string_view::npos)
        throw Skipped("it has no refit()");
      throw;
    }
  }

  protocol::Request create_request(const PluginOptions& options) const {
    return protocol::CreateObjective{space_.to_json(), goal_for_plugin(goal()), options, folder_.path(),
                                     plugin_.setup.launch.threads};
  }

 private:
  const GoalInfo& goal() const { return plugin_.description.goal; }

  std::vector<double> draw(int index) const { return space_.sample(kSeed, static_cast<std::uint64_t>(index)); }

  std::string failure_text(const AttemptEnded& ended, const std::vector<double>& configuration) const {
    return fmt::format("{} with {}: {}", name_of(ended.cause), configuration_to_json(space_, configuration),
                       ended.message);
  }

  void require_value(const AttemptEnded& ended, const std::vector<double>& configuration) const {
    if (ended.cause != Cause::value && ended.cause != Cause::pruned) throw Failed(failure_text(ended, configuration));
  }

  static std::int64_t resident_bytes(pid_t process) {
    std::ifstream statm(fmt::format("/proc/{}/statm", process));
    std::int64_t size_pages = 0;
    std::int64_t resident_pages = 0;
    statm >> size_pages >> resident_pages;
    return resident_pages * sysconf(_SC_PAGESIZE);
  }

  const PluginUnderTest& plugin_;
  SearchSpace space_;
  TemporaryFolder folder_;
};

void check_inputs(const PluginUnderTest& plugin) {
  for (const std::string& file : plugin_inputs(plugin.setup.launch, plugin.options))
    if (!fs::exists(file)) throw Failed(fmt::format("names the input '{}', which does not exist", file));
}

}  // namespace

void check_objective(const PluginUnderTest& plugin, CheckList& checks) {
  std::optional<SearchSpace> space;
  if (!checks.run("declares a valid search space", [&] { space = plugin_space(plugin.setup.launch, plugin.options); }))
    return;
  checks.run("names its input files", [&] { check_inputs(plugin); });

  ObjectiveChecks objective(plugin, *space);
  const auto create = [&](const PluginOptions& options) { return objective.create_request(options); };
  if (!checks.run("is created and destroyed", [&] { create_and_destroy(plugin, create(plugin.options)); })) return;
  checks.run("survives wrong options", [&] { create_with_nonsense(plugin, create); });
  if (!checks.run("evaluates the default configuration", [&] { objective.evaluate_default(); })) return;
  checks.run("evaluates at the lowest fidelity", [&] { objective.evaluate_lowest_fidelities(); });
  checks.run("evaluates random configurations", [&] { objective.evaluate_random(); });
  checks.run("gives the same value for the same seed", [&] { objective.repeat_with_same_seed(); });
  checks.run("works in two hosts at once", [&] { objective.evaluate_side_by_side(); });
  checks.run("does not grow", [&] { objective.measure_memory(); });
  checks.run("trains a final model", [&] { objective.refit_default(); });
}

}  // namespace tuner::conformance
