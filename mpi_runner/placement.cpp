#include "mpi_runner/placement.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tuner {
namespace {

// One of `ranks` that use the same things.
struct Share {
  std::size_t ranks = 0;
  std::size_t index = 0;
};

template <class Same>
Share share_of(const std::vector<RankResources>& on_node, std::size_t rank, Same same) {
  Share share;
  for (std::size_t other = 0; other < on_node.size(); ++other) {
    if (!same(on_node[other], on_node[rank])) continue;
    if (other < rank) ++share.index;
    ++share.ranks;
  }
  return share;
}

Share core_share(const std::vector<RankResources>& on_node, std::size_t rank) {
  return share_of(on_node, rank, [](const auto& a, const auto& b) { return a.cores == b.cores; });
}

Share device_share(const std::vector<RankResources>& on_node, std::size_t rank) {
  if (on_node[rank].devices_are_own) return {1, 0};
  return share_of(on_node, rank, [](const auto& a, const auto& b) {
    return a.device_variable == b.device_variable && a.devices == b.devices;
  });
}

// A part of its own where there are enough, else one of them in turn.
template <class T>
std::vector<T> part_of(const std::vector<T>& all, Share share) {
  if (all.size() < share.ranks) return {all[share.index % all.size()]};
  const auto at = [&](std::size_t index) {
    return all.begin() + static_cast<std::ptrdiff_t>(all.size() * index / share.ranks);
  };
  return {at(share.index), at(share.index + 1)};
}

}  // namespace

std::string to_text(const RankResources& resources) {
  return nlohmann::json{resources.cores, resources.device_variable, resources.devices, resources.devices_are_own}
      .dump();
}

RankResources resources_from_text(const std::string& text) {
  const auto fields = nlohmann::json::parse(text);
  return {fields.at(0), fields.at(1), fields.at(2), fields.at(3)};
}

Placement place(const std::vector<RankResources>& on_node, std::size_t rank, std::uint32_t threads) {
  const RankResources& mine = on_node[rank];
  Placement placement;

  const Share cores = core_share(on_node, rank);
  const auto fair = static_cast<std::uint32_t>(std::max<std::size_t>(1, mine.cores.size() / cores.ranks));
  placement.threads = threads == 0 ? fair : threads;
  const bool enough = mine.cores.size() >= cores.ranks && placement.threads <= fair;
  if (cores.ranks > 1 && enough) placement.cores = part_of(mine.cores, cores);

  const Share devices = device_share(on_node, rank);
  if (devices.ranks > 1 && !mine.devices.empty()) {
    placement.device_variable = mine.device_variable;
    placement.devices = part_of(mine.devices, devices);
  }
  return placement;
}

std::vector<std::string> shortages(const std::vector<RankResources>& on_node) {
  std::vector<std::string> found;
  for (std::size_t rank = 0; rank < on_node.size(); ++rank) {
    const RankResources& mine = on_node[rank];
    const Share cores = core_share(on_node, rank);
    if (cores.index == 0 && cores.ranks > mine.cores.size())
      found.push_back(fmt::format("{} ranks share {} cores (trials slow each other down); -n {} would use them once",
                                  cores.ranks, mine.cores.size(), mine.cores.size()));
    const Share devices = device_share(on_node, rank);
    if (devices.index == 0 && !mine.devices.empty() && devices.ranks > mine.devices.size())
      found.push_back(
          fmt::format("{} ranks share {} devices (of {})", devices.ranks, mine.devices.size(), mine.device_variable));
  }
  return found;
}

std::string core_list(const std::vector<std::uint32_t>& cores) {
  std::string text;
  for (std::size_t first = 0; first < cores.size();) {
    std::size_t last = first;
    while (last + 1 < cores.size() && cores[last + 1] == cores[last] + 1) ++last;
    if (!text.empty()) text += ',';
    text += last == first ? fmt::format("{}", cores[first]) : fmt::format("{}-{}", cores[first], cores[last]);
    first = last + 1;
  }
  return text;
}

}  // namespace tuner
