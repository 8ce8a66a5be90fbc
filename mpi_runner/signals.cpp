#include "mpi_runner/signals.h"

#include <signal.h>

namespace tuner {
namespace {

volatile sig_atomic_t drain_asked = 0;
volatile sig_atomic_t leave_asked = 0;
volatile sig_atomic_t continued = 0;

void handle(int signal_number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  // No SA_RESTART: a rank that sleeps in poll should wake up and look.
  sigaction(signal_number, &action, nullptr);
}

}  // namespace

void ignore_broken_pipes() {
  handle(SIGPIPE, SIG_IGN);
}

void install_signal_handlers() {
  handle(SIGUSR1, [](int) { drain_asked = 1; });
  handle(SIGTERM, [](int) { leave_asked = 1; });
  handle(SIGINT, [](int) { leave_asked = 1; });
  handle(SIGCONT, [](int) { continued = continued + 1; });
  if (signal(SIGHUP, SIG_IGN) != SIG_IGN) handle(SIGHUP, [](int) { leave_asked = 1; });  // ignored: under nohup
  ignore_broken_pipes();
}

int times_continued() {
  return continued;
}

StopRequest stop_request() {
  if (leave_asked != 0) return StopRequest::leave;
  return drain_asked != 0 ? StopRequest::drain : StopRequest::none;
}

}  // namespace tuner
