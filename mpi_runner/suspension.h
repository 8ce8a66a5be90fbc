// For how long the job stood still as a whole, plugins too: scontrol suspend. Elsewhere whoever stops a rank (Ctrl-Z)
// does not stop its plugin, whose time goes on.
#pragma once

#include "mpi_runner/absence.h"

namespace tuner {

class Suspension {
 public:
  Suspension();

  double seconds_since_last_call();

 private:
  bool in_job_;
  int continued_;  // times_continued() at the last call
  Absence absence_;
};

}  // namespace tuner
