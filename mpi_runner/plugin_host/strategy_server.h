// The host's side of a strategy: collects results, and answers the rank's requests by calls to the plugin.
#pragma once

#include <memory>
#include <optional>

#include "core/space_view.h"
#include "mpi_runner/plugin_host/plugin_fence.h"
#include "mpi_runner/plugin_host/protocol.h"
#include "tuner/abi.h"

namespace tuner {

class StrategyServer {
 public:
  static constexpr const char* kKind = "a strategy";

  explicit StrategyServer(const tuner_strategy_v1_t& table) : table_(table) {}
  StrategyServer(const StrategyServer&) = delete;
  StrategyServer& operator=(const StrategyServer&) = delete;
  ~StrategyServer();

  protocol::Reply answer(const protocol::Describe& request);
  protocol::Reply answer(const protocol::CreateStrategy& request);
  protocol::Reply answer(const protocol::Ask& request);
  protocol::Reply answer(const protocol::DescribeModel& request);
  // Only keeps the results: the plugin is told them in one call right before the next ask. How many pieces they came
  // in depends on timing, and a strategy must see the same calls when the study is replayed.
  void keep(protocol::Tell results);

 private:
  // What the plugin was created with, and may point to as long as the instance lives.
  struct Setting {
    explicit Setting(const protocol::CreateStrategy& request);

    SpaceView space;
    OptionsView options;
    std::vector<std::int32_t> maximize;
    std::vector<double> fidelity_low;
    std::vector<double> fidelity_high;
    tuner_goal goal;

    std::size_t parameters() const { return space.c_space().parameter_count; }
  };

  std::optional<protocol::Failed> tell_kept();

  tuner_strategy_v1_t table_;
  std::unique_ptr<Setting> setting_;
  void* instance_ = nullptr;
  protocol::Tell kept_;
};

}  // namespace tuner
