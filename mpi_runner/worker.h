// A rank that evaluates what the manager sends it, until the manager says goodbye or falls silent.
#pragma once

#include "mpi_runner/transport.h"

namespace tuner {

// Returns when the run is over for this rank. `silence_s`: how long the manager may say nothing before it counts as
// dead.
void run_worker(Transport& transport, double silence_s);

}  // namespace tuner
