// From typed options to a run that is ready to go: plugins loaded, data checked, the study made or taken over. Whatever
// is wrong is said here, before the first trial and before anything is written.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/definition.h"
#include "mpi_runner/manager.h"
#include "mpi_runner/run_options.h"
#include "mpi_runner/study_setup.h"
#include "storage/study_store.h"

namespace tuner {

struct PreparedRun {
  std::unique_ptr<RankLog> log;  // rank 0's
  std::unique_ptr<StudyStore> store;
  RunPlan plan;
  LoadedPlugin objective;            // with threads and memory limit as trials have them
  PluginOptions objective_options;   // as trials get them
  std::vector<std::string> remarks;  // what people should know
  std::string resume_command;
  double trial_timeout_s = 0;  // 0 = none; the look at the hold-out part has the time of a trial …
  double hang_after_s = 0;     // … and hangs as one; 0 = never
};

// Also sends the other ranks their setup, so that they load their data at the same time. Throws UserError, PluginError,
// DamagedStudy, Interrupted.
PreparedRun prepare_run(const RunOptions& options, Transport& transport);

}  // namespace tuner
