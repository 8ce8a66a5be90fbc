// From a client's request to a session that is ready: the strategy loaded and created, the study made or taken over.
// Whatever is wrong is said before anything is written.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mpi_runner/ask_tell/requests.h"
#include "mpi_runner/ask_tell/session.h"

namespace tuner {

struct OpenedSession {
  std::unique_ptr<Session> session;
  std::vector<std::string> remarks;  // what people should know
};

// Throws UserError, PluginError, DamagedStudy, Interrupted.
OpenedSession open_session(const CreateRequest& request);

}  // namespace tuner
