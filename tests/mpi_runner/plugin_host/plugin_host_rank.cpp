// Stands for a rank that dies: starts two hosts whose trials start processes of their own and never end, says so, and
// waits to be killed.
#include <unistd.h>

#include <cstdio>

#include "tests/mpi_runner/plugin_host/host_testing.h"

int main() {
  using namespace tuner;
  using namespace tuner::testing;
  ObjectiveHost first(fixture_setup(misbehave("orphan_and_hang")));
  ObjectiveHost second(fixture_setup(misbehave("wait_for_stop")));
  first.start(trial(0));
  second.start(trial(0));
  for (bool both_run = false; !both_run; both_run = first.ready() && !second.advance().empty()) {
    first.advance();
    wait_for_something(second);
  }
  std::puts("ready");
  std::fflush(stdout);
  for (;;) pause();
}
