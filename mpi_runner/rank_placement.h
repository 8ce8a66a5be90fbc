// The place of this rank's plugin hosts on its node: what the ranks of a node tell each other, and what comes of it.
#pragma once

#include <string>
#include <vector>

#include "mpi_runner/host_launch.h"
#include "mpi_runner/transport.h"

namespace tuner {

// What this process may use, for the other ranks of its node: an introduction to Transport.
std::string own_resources();

// Cores, devices and, where launch.threads is 0, the number of threads.
void place_hosts(HostLaunch& launch, const Transport& transport);

// Where the ranks of this node are in each other's way, with the node's name.
std::vector<std::string> shortages_here(const Transport& transport);

}  // namespace tuner
