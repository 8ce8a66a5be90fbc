// The study that somebody's options would run: plugins found and asked, options and data checked, and compared with the
// study that is there. Only reads, so that a run can still be refused without a trace, and others can check it before.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/definition.h"
#include "mpi_runner/objective_host.h"
#include "mpi_runner/run_options.h"
#include "mpi_runner/strategy_host.h"
#include "mpi_runner/study_setup.h"
#include "storage/load.h"

namespace tuner {

struct PlannedStudy {
  std::filesystem::path path;
  StudyDefinition definition;           // of the study that is there, where one is
  std::optional<LoadedStudy> recorded;  // that one
  LoadedPlugin objective;
  LoadedPlugin strategy;
  PluginOptions objective_options;            // as trials get them
  std::map<std::string, std::string> inputs;  // file → SHA-256, where they lie now
  std::vector<std::string> remarks;           // what people should know
};

// Throws UserError, PluginError, DamagedStudy.
PlannedStudy plan_study(const RunOptions& options);

// Its objective on this node, with a thread for each trial.
ObjectiveSetup objective_setup(const PlannedStudy& planned, const Settings& settings);

// Its strategy, with the options of the study.
StrategySetup strategy_setup(const PlannedStudy& planned);

// The command that goes on with it, from any folder. What a resumed run does not believe a study file, which may be a
// stranger's, is said in it: paths of plugins, and options that execute code.
std::string resume_command(const PlannedStudy& planned);

}  // namespace tuner
