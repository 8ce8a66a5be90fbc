// The one look at the locked hold-out part: after the search, one model of the best configuration is trained without it
// and scored on it. The study records every look, since each one makes the score a little less honest.
#pragma once

#include <filesystem>
#include <optional>

#include "core/study.h"
#include "mpi_runner/plugin_call.h"

namespace tuner {

// Metrics of refit() with this beginning are scores on the hold-out part: "holdout_logloss".
inline constexpr const char* kHoldoutPrefix = "holdout_";

// Nothing where the plugin has no refit() or no hold-out part, where no trial is complete, or where the last look was
// at the same trial. What `while_waiting` throws ends the look. Throws PluginError, UserError.
std::optional<HoldoutScored> look_at_holdout(const Study& study, const HostLaunch& launch, const PluginOptions& options,
                                             const std::filesystem::path& trials_directory,
                                             const WhileWaiting& while_waiting);

}  // namespace tuner
