#include "mpi_runner/rank_placement.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>

#include "mpi_runner/devices.h"
#include "mpi_runner/machine.h"
#include "mpi_runner/placement.h"

namespace tuner {
namespace {

std::vector<RankResources> resources_on_node(const Transport& transport) {
  std::vector<RankResources> all;
  for (const std::string& text : transport.introductions_on_node()) all.push_back(resources_from_text(text));
  return all;
}

}  // namespace

std::string own_resources() {
  RankResources resources;
  resources.cores = usable_cores();
  find_devices(
      resources, [](const char* name) -> const char* { return std::getenv(name); }, "/dev");
  return to_text(resources);
}

void place_hosts(HostLaunch& launch, const Transport& transport) {
  const Placement placement = place(resources_on_node(transport), transport.rank_on_node(), launch.threads);
  launch.threads = placement.threads;
  launch.cores = placement.cores;
  launch.environment.clear();
  if (!placement.device_variable.empty())
    launch.environment.push_back(fmt::format("{}={}", placement.device_variable, fmt::join(placement.devices, ",")));
}

std::vector<std::string> shortages_here(const Transport& transport) {
  std::vector<std::string> found;
  for (const std::string& shortage : shortages(resources_on_node(transport)))
    found.push_back(fmt::format("on {}: {}", host_name(), shortage));
  return found;
}

}  // namespace tuner
