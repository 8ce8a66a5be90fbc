// What a running trial can ask of tuner: the callbacks of tuner_trial, over the host's socket.
#pragma once

#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>
#include <utility>

#include "mpi_runner/plugin_host/frame_socket.h"
#include "mpi_runner/plugin_host/protocol.h"
#include "tuner/abi.h"

namespace tuner {

// What trials keep, and how often.
struct TrialKeeping {
  std::filesystem::path directory;  // trial n gets the folder <n> in it
  double checkpoint_every_s = 0;    // 0 = whenever it can
};

// Lives while one evaluate() runs. The callbacks belong to the thread of evaluate(), but an objective that reports from
// its own threads is served, too.
class TrialServices {
 public:
  TrialServices(FrameSocket& socket, const protocol::Evaluate& evaluate, TrialKeeping keeping)
      : socket_(socket), evaluate_(evaluate), keeping_(std::move(keeping)) {}

  // Puts the callbacks into `trial`; they use this object.
  void attach(tuner_trial& trial);

  // Of a trial that has returned and left nothing in its folder.
  void remove_empty_directory();
  // Why the trial did not get the folder that it asked for; empty where nothing is wrong.
  const std::string& directory_error() const { return directory_error_; }

 private:
  const char* directory();
  const char* parent_directory();
  tuner_stop_reason stop_reason();
  bool checkpoint_due();
  void send(const protocol::Reply& reply);

  FrameSocket& socket_;
  const protocol::Evaluate& evaluate_;
  TrialKeeping keeping_;
  std::chrono::steady_clock::time_point last_checkpoint_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  std::string directory_;
  std::string directory_error_;
  std::string parent_directory_;
  tuner_stop_reason stop_reason_ = TUNER_CONTINUE;
};

}  // namespace tuner
