// A rank that evaluates what the manager sends it, until the manager says goodbye or falls silent.
#pragma once

#include "mpi_runner/transport.h"

namespace tuner {

// Returns when the run is over for this rank.
void run_worker(Transport& transport);

}  // namespace tuner
