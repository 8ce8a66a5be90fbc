#include "core/suggestion_queue.h"

#include <algorithm>
#include <map>

#include "core/bytes.h"
#include "core/random.h"

namespace tuner {
namespace {

// What a trial does, as a key.
Bytes key_of(std::span<const double> configuration, std::span<const double> fidelities, std::optional<TrialId> parent) {
  Bytes bytes;
  ByteWriter writer(bytes);
  writer.put(configuration);
  writer.put(fidelities);
  writer.put(parent.has_value());
  writer.put(parent.value_or(TrialId{}));
  return bytes;
}

}  // namespace

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

std::optional<Repeat> repeat_of_pending(const Study& study, std::span<const NewTrial> suggestions) {
  std::map<Bytes, TrialId> known;
  for (const TrialId id : study.pending())
    known.emplace(key_of(study.configuration(id), study.fidelities(id), study.trial(id).parent), id);
  for (const NewTrial& suggestion : suggestions) {
    const auto [same, is_new] =
        known.emplace(key_of(suggestion.configuration, suggestion.fidelities, suggestion.parent), suggestion.trial);
    if (!is_new) return Repeat{suggestion.trial, same->second};
  }
  return std::nullopt;
}

}  // namespace tuner
