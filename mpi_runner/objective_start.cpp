#include "mpi_runner/objective_start.h"

#include <poll.h>

#include <vector>

#include "core/error.h"
#include "mpi_runner/pause.h"
#include "mpi_runner/signals.h"
#include "mpi_runner/slow_start.h"

namespace tuner {

void wait_until_created(ObjectiveHost& host, const HostLaunch& launch, const std::function<void()>& meanwhile) {
  constexpr double kLookAgainAfter_s = 10e-3;
  SlowStart slow_start(named("objective", launch.plugin), launch.start_timeout_s);
  std::vector<pollfd> descriptors;
  Pause pause;
  while (!host.ready()) {
    host.advance();
    slow_start.look();
    meanwhile();
    if (stop_request() == StopRequest::leave) throw Interrupted("stopped by a signal before the first trial");
    descriptors.clear();
    host.append_poll_fds(descriptors);
    pause.wait(descriptors, kLookAgainAfter_s);
  }
}

}  // namespace tuner
