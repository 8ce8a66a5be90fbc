// How a run ends: what its running trials are booked as, and what is written last.
#include <fmt/format.h>

#include "core/error.h"
#include "mpi_runner/clock.h"
#include "mpi_runner/epoch.h"
#include "mpi_runner/manager.h"
#include "mpi_runner/signals.h"

namespace tuner {

void Manager::end(const RunEnd& how) {
  if (how.kind == RunEnd::Kind::left) hear_goodbyes();
  for (const AttemptEnded& trial : preempted(study())) record(trial);
  if (how.kind == RunEnd::Kind::left) {
    write([this] { store_.commit(); });  // on a full disk they are taken for lost the next time, which is no harm
    store_.leave();
    transport_.send_to_others(to_bytes(Goodbye{}));
    return requests_.acknowledged(store_.acknowledged());
  }
  if (how.kind == RunEnd::Kind::blocked || how.kind == RunEnd::Kind::failed) record(Blocked{wall_time_s(), how.reason});
  record(EpochEnded{wall_time_s(), how.reason});
  const auto writing = [this] {
    store_.commit();
    store_.finish();
  };
  while (!write(writing)) {
    if (stop_request() == StopRequest::leave) throw Interrupted(kStopped);
    keep_in_touch();
    wait();
  }
  requests_.acknowledged(store_.acknowledged());
}

// Plain mpirun tells all ranks to leave when one of them has died, as it does when somebody wants them to: the signal
// is the same. The rank that died is the one that says nothing.
void Manager::hear_goodbyes() {
  constexpr double kPatience_s = 0.5;  // mpirun kills a second after its signal
  for (const RankId rank : crew_.without_goodbye()) transport_.send(rank, to_bytes(Leaving{}));
  const double until_s = steady_time_s() + kPatience_s;
  while (!crew_.without_goodbye().empty() && steady_time_s() < until_s)
    if (!receive()) wait();
  receive();  // what came while this process stood still
  for (const RankId rank : crew_.without_goodbye())
    lose(rank, crew_.remove(rank), "did not answer when the run was told to leave: it has died");
}

}  // namespace tuner
