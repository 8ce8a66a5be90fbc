#include "mpi_runner/suspension.h"

#include <cstdlib>
#include <utility>

#include "mpi_runner/signals.h"

namespace tuner {

Suspension::Suspension() : in_job_(std::getenv("SLURM_JOB_ID") != nullptr), continued_(times_continued()) {}

double Suspension::seconds_since_last_call() {
  const double away_s = absence_.seconds(steady_time_s());
  const int known = std::exchange(continued_, times_continued());
  return in_job_ && continued_ != known ? away_s : 0;
}

}  // namespace tuner
