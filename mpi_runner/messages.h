// What manager and workers say to each other, and its bytes.
//
//   manager → worker: WorkerSetup, WorkBatch, Alive, Leaving, Goodbye
//   worker → manager: WorkerReady, WorkerBroken, WorkerEvents, Alive, Goodbye
#pragma once

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/bytes.h"
#include "core/event.h"
#include "mpi_runner/objective_host.h"

namespace tuner {

// The first message: everything that a worker needs to evaluate trials of this study.
struct WorkerSetup {
  ObjectiveSetup objective;
  std::map<std::string, std::string> digests;  // see Evaluator
  std::filesystem::path logs;                  // the folder of the study's logs
  double rank_timeout_s = 60;  // who says nothing for so long counts as dead; the manager after twice that
};

// Trials to run one after the other; more than one only when trials are shorter than a message's round trip.
struct WorkBatch {
  std::vector<Assignment> assignments;
};

// Said now and then by each side, so that the other one notices its death.
struct Alive {};
inline double alive_every_s(double rank_timeout_s) {
  return std::min(5.0, rank_timeout_s / 4);
}

// The manager leaves before its time: whoever lives says goodbye.
struct Leaving {};

// The manager's, when all is done: the worker may end. Or a worker's, which works no more because a signal or the
// manager told it to leave; one that died has not said it.
struct Goodbye {};

// The worker's objective is loaded: it can take trials.
struct WorkerReady {
  std::string host;
};

// The worker's objective cannot be used there (its create() failed).
struct WorkerBroken {
  std::string host;
  std::string message;
};

// Reported, Kept, AttemptEnded and AttemptReturned events; the manager adds the time.
struct WorkerEvents {
  std::vector<Event> events;
};

using Message = std::variant<WorkerSetup, WorkBatch, Alive, Goodbye, WorkerReady, WorkerBroken, WorkerEvents, Leaving>;

Bytes to_bytes(const Message& message);
Message message_from(std::span<const std::byte> bytes);  // throws MalformedBytes

}  // namespace tuner
