#include "plugins/strategies/common/taken_configurations.h"

#include <bit>
#include <cmath>

#include "plugins/strategies/common/hash.h"

namespace tuner::strategies {

std::size_t TakenConfigurations::KeyHash::operator()(const Key& key) const {
  std::uint64_t bits = 0;
  for (const std::uint64_t value : key) bits = scrambled_bits((bits + kGoldenGamma) ^ value);
  return bits;
}

TakenConfigurations::Key TakenConfigurations::key_of(std::span<const double> configuration) {
  constexpr std::uint64_t kInactive = ~std::uint64_t{0};
  Key key(configuration.size());
  for (std::size_t i = 0; i < key.size(); ++i)  // + 0.0 turns -0.0 into 0.0
    key[i] = std::isnan(configuration[i]) ? kInactive : std::bit_cast<std::uint64_t>(configuration[i] + 0.0);
  return key;
}

void TakenConfigurations::add_results(std::span<const plugin::ToldResult> results) {
  if (results.size() > trials_.size()) trials_.reserve(trials_.size() + results.size());  // a resume tells all at once
  for (const plugin::ToldResult& result : results)
    if (result.origin != TUNER_ORIGIN_IMPORTED) trials_.insert(key_of(result.configuration));
}

void TakenConfigurations::begin_ask(std::span<const plugin::PendingTrial> pending) {
  suggestions_.clear();
  for (const plugin::PendingTrial& trial : pending) trials_.insert(key_of(trial.configuration));
}

void TakenConfigurations::add_suggestion(std::span<const double> configuration) {
  suggestions_.insert(key_of(configuration));
}

bool TakenConfigurations::is_trial(std::span<const double> configuration) const {
  return trials_.contains(key_of(configuration));
}

bool TakenConfigurations::is_suggestion(std::span<const double> configuration) const {
  return suggestions_.contains(key_of(configuration));
}

bool TakenConfigurations::is_taken(std::span<const double> configuration) const {
  const Key key = key_of(configuration);
  return trials_.contains(key) || suggestions_.contains(key);
}

}  // namespace tuner::strategies
