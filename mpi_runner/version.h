// What `tuner --version` says.
#pragma once

#include <string>

namespace tuner {

// Tuner, how it was built, plugin ABI, and the libraries that it runs with. Several lines.
std::string version_text();

}  // namespace tuner
