// What a running trial can ask of tuner: the callbacks of tuner_trial, over the host's socket.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>

#include "mpi_runner/plugin_host/frame_socket.h"
#include "mpi_runner/plugin_host/protocol.h"
#include "tuner/abi.h"

namespace tuner {

// Lives while one evaluate() runs. The callbacks belong to the thread of evaluate(), but an objective that reports from
// its own threads is served, too.
class TrialServices {
 public:
  TrialServices(FrameSocket& socket, const protocol::Evaluate& evaluate, const std::filesystem::path& trials_directory)
      : socket_(socket), evaluate_(evaluate), trials_directory_(trials_directory) {}

  // Puts the callbacks into `trial`; they use this object.
  void attach(tuner_trial& trial);

 private:
  const char* directory();
  const char* parent_directory();
  tuner_stop_reason stop_reason();
  void send(const protocol::Reply& reply);

  FrameSocket& socket_;
  const protocol::Evaluate& evaluate_;
  const std::filesystem::path& trials_directory_;
  std::mutex mutex_;
  std::string directory_;
  std::string parent_directory_;
  tuner_stop_reason stop_reason_ = TUNER_CONTINUE;
};

}  // namespace tuner
