// How `tuner` ends: what a caller without a launcher can tell from its exit code.
#pragma once

#include <functional>

namespace tuner {

enum ExitCode : int { kDone = 0, kUsersMistake = 1, kPluginsFault = 2, kDamaged = 3, kResumable = 4 };

// Runs `body`; what it throws is said on standard error and becomes the exit code.
int guarded(const std::function<int()>& body);

}  // namespace tuner
