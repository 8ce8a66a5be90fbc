#include "mpi_runner/suspension.h"

#include <cstdlib>

#include "mpi_runner/signals.h"

namespace tuner {

Suspension::Suspension() : in_job_(std::getenv("SLURM_JOB_ID") != nullptr) {}

double Suspension::seconds_since_last_call() {
  const double away_s = absence_.seconds(steady_time_s());
  return was_continued() && in_job_ ? away_s : 0;
}

}  // namespace tuner
