#include "mpi_runner/holdout.h"

#include <nlohmann/json.hpp>
#include <system_error>

#include "core/random.h"
#include "core/replicates.h"
#include "mpi_runner/clock.h"

namespace tuner {
namespace {

// A plugin that was told to hold nothing out has no score to give.
bool has_score(const std::string& metrics) {
  const nlohmann::json all = nlohmann::json::parse(metrics, nullptr, false);
  if (!all.is_object()) return false;
  for (const auto& [name, value] : all.items())
    if (name.starts_with(kHoldoutPrefix)) return true;
  return false;
}

}  // namespace

std::optional<HoldoutScored> look_at_holdout(const Study& study, const HostLaunch& launch, const PluginOptions& options,
                                             const std::filesystem::path& trials_directory,
                                             const WhileWaiting& while_waiting) {
  const std::optional<TrialId> best = final_choice(study);
  if (!best) return std::nullopt;
  if (!study.holdout_looks().empty() && study.holdout_looks().back().trial == *best) return std::nullopt;

  const auto configuration = study.configuration(*best);
  const std::filesystem::path directory = trials_directory / std::to_string(best->value) / "holdout";
  std::filesystem::create_directories(directory);
  const RefitCall call{options,
                       study.space(),
                       study.definition().goal,
                       {configuration.begin(), configuration.end()},
                       trial_seed(study.definition().seed, best->value),
                       TUNER_REFIT_WITHOUT_HOLDOUT,
                       directory};
  const std::string metrics = refit(launch, call, while_waiting);
  std::error_code not_empty;
  for (const auto& folder : {directory, directory.parent_path()}) std::filesystem::remove(folder, not_empty);
  return has_score(metrics) ? std::optional(HoldoutScored{*best, wall_time_s(), metrics}) : std::nullopt;
}

}  // namespace tuner
