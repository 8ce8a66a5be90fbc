#include "mpi_runner/commands/recorded_strategy.h"

#include <vector>

#include "mpi_runner/commands/command.h"
#include "mpi_runner/run_options.h"
#include "mpi_runner/study_setup.h"

namespace tuner {

namespace po = boost::program_options;
using Texts = std::vector<std::string>;

po::options_description recorded_strategy_options() {
  po::options_description options("Strategy");
  auto add = options.add_options();
  add("strategy", po::value<std::string>()->default_value("", "the study's, by its name")->value_name("NAME|FILE"),
      "strategy plugin");
  add("strategy-set", po::value<Texts>()->composing()->value_name("NAME=VALUE"),
      "repeats an option of the strategy that executes code; repeatable");
  add("trust", po::bool_switch(), "take options that execute code over from the study file");
  return options;
}

RecordedStrategy load_recorded_strategy(const StudyDefinition& study, const po::variables_map& options) {
  const LoadedPlugin plugin =
      load_recorded(study.strategy, options["strategy"].as<std::string>(), PluginKind::strategy);
  const PluginOptions typed = assignments(given<Texts>(options, "strategy-set").value_or(Texts{}), "strategy-set");
  const PluginOptions set = resumed_options(study, plugin.description, typed, options["trust"].as<bool>());
  return {{plugin.launch, set, study.space, study.goal, study.seed}, plugin_info(plugin, set).sha256};
}

}  // namespace tuner
