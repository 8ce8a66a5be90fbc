// Which cores and devices of its node a rank's plugin hosts get. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tuner {

// What one rank may use, as its launcher left it.
struct RankResources {
  std::vector<std::uint32_t> cores;  // of its affinity mask
  std::string device_variable;       // CUDA_VISIBLE_DEVICES or ROCR_VISIBLE_DEVICES; empty: there are no devices
  std::vector<std::string> devices;  // as the variable names them
  bool devices_are_own = false;      // the launcher gave each rank its own, although they may be called the same
};

// For the ranks of a node to tell each other.
std::string to_text(const RankResources& resources);
RankResources resources_from_text(const std::string& text);

struct Placement {
  std::uint32_t threads = 1;         // of a trial
  std::vector<std::uint32_t> cores;  // to bind hosts to; empty: those of the rank
  std::string device_variable;       // to set for hosts, with the devices; empty: as the rank has it
  std::vector<std::string> devices;
};

// Of one of the ranks of a node. Ranks with the same cores share them: each gets a part of its own where there are
// enough for `threads` (0 = as many as it gets), else the system spreads them. Ranks with the same devices get a part
// each; with more ranks than devices they go round.
Placement place(const std::vector<RankResources>& on_node, std::size_t rank, std::uint32_t threads);

// Where ranks of the node are in each other's way: "4 ranks share 2 cores (trials slow each other down); -n 2 would use
// them once".
std::vector<std::string> shortages(const std::vector<RankResources>& on_node);

// "0-3,8": how lists of cores are written.
std::string core_list(const std::vector<std::uint32_t>& cores);

}  // namespace tuner
