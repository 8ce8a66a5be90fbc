#include "plugins/strategies/common/taken_configurations.h"

namespace tuner::strategies {

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
  const ConfigurationKey key = key_of(configuration);
  return trials_.contains(key) || suggestions_.contains(key);
}

}  // namespace tuner::strategies
