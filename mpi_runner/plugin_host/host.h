// The plugin host: loads one plugin and serves its rank until that needs it no longer.
#pragma once

#include <string>

namespace tuner {

// Expects the socket kDataFd. Returns the exit code.
int run_host(const std::string& plugin);

}  // namespace tuner
