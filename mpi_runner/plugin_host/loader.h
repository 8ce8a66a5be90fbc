// Loads one plugin into this process, for good: libraries that were unloaded leave threads and atexit handlers behind.
#pragma once

#include <filesystem>
#include <variant>

#include "tuner/abi.h"

namespace tuner {

// The plugin's table, as far as this tuner knows it; fields that an older plugin does not have are NULL.
using PluginTable = std::variant<tuner_objective_v1_t, tuner_strategy_v1_t>;

// Throws PluginError that says what is wrong with it, and a remedy: "was built for plugin ABI 2; …".
PluginTable load_plugin(const std::filesystem::path& plugin);

}  // namespace tuner
