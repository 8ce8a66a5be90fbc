#include "core/suggestion_queue.h"

#include <algorithm>

#include "core/random.h"

namespace tuner {
std::vector<TrialId> stale_suggestions(const Study& study, std::size_t look_ahead) {
  std::vector<TrialId> stale;
  for (const TrialId id : study.waiting()) {
    const Trial& trial = study.trial(id);
    if (trial.origin != Origin::strategy || trial.attempt > 0) continue;
    const std::size_t arrived_since = study.finished().size() - trial.known;
    if (arrived_since > std::max<std::size_t>(2 * look_ahead, trial.known / 20)) stale.push_back(id);
  }
  return stale;
}

std::optional<std::vector<double>> fallback_configuration(const Study& study) {
  constexpr std::uint64_t kFallbackDomain = 0x66616C6C;  // "fall": keeps it apart from the streams of strategies
  constexpr std::uint64_t kMostDraws = 64;
  const std::uint64_t seed = mix(mix(study.definition().seed, kFallbackDomain), study.trial_count());
  for (std::uint64_t draw = 0; draw < kMostDraws; ++draw) {
    std::vector<double> configuration = study.space().sample(seed, draw);
    if (!has_configuration(study, configuration)) return configuration;
  }
  return std::nullopt;
}

}  // namespace tuner
