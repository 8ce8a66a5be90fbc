// The host's side of an objective: answers the rank's requests by calls to the plugin.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "core/space_view.h"
#include "mpi_runner/plugin_host/frame_socket.h"
#include "mpi_runner/plugin_host/plugin_fence.h"
#include "mpi_runner/plugin_host/protocol.h"
#include "tuner/abi.h"

namespace tuner {

class ObjectiveServer {
 public:
  static constexpr const char* kKind = "an objective";

  ObjectiveServer(const tuner_objective_v1_t& table, FrameSocket& socket) : table_(table), socket_(socket) {}
  ObjectiveServer(const ObjectiveServer&) = delete;
  ObjectiveServer& operator=(const ObjectiveServer&) = delete;
  ~ObjectiveServer();

  protocol::Reply answer(const protocol::Describe& request);
  protocol::Reply answer(const protocol::DeclareSpace& request);
  protocol::Reply answer(const protocol::ListInputs& request);
  protocol::Reply answer(const protocol::CreateObjective& request);
  protocol::Reply answer(const protocol::Evaluate& request);
  protocol::Reply answer(const protocol::Refit& request);

 private:
  // What the plugin was created with, and may point to as long as the instance lives.
  struct Setting {
    explicit Setting(const protocol::CreateObjective& request);

    SpaceView space;
    OptionsView options;
    std::filesystem::path trials_directory;
    std::uint32_t threads;
    double checkpoint_every_s;
    std::size_t objective_count;
    std::size_t constraint_count;
  };

  tuner_objective_v1_t table_;
  FrameSocket& socket_;
  std::unique_ptr<Setting> setting_;
  void* instance_ = nullptr;
};

}  // namespace tuner
