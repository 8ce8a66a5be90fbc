// What a person reads at the end of a run.
#pragma once

#include <string>

#include "mpi_runner/manager.h"
#include "mpi_runner/prepare.h"

namespace tuner {

// Why the run ended, the best configuration beside the defaults, the hold-out score, what it cost, where the file is,
// and the next command to type.
std::string summary(const PreparedRun& run, const RunEnd& end);

}  // namespace tuner
