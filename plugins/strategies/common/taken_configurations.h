// Which configurations a study already has, so that a strategy suggests none twice. Asking for a suggestion does not
// make it a trial (the manager may discard what it asked for ahead), so suggestions count until the next ask only,
// which brings those that were taken as pending trials.
#pragma once

#include <span>
#include <unordered_set>

#include "plugins/strategies/common/configuration_key.h"
#include "tuner/strategy.h"

namespace tuner::strategies {

class TakenConfigurations {
 public:
  // Imported trials are another study's and take nothing.
  void add_results(std::span<const plugin::ToldResult> results);
  void begin_ask(std::span<const plugin::PendingTrial> pending);
  void add_suggestion(std::span<const double> configuration);

  bool is_trial(std::span<const double> configuration) const;
  bool is_suggestion(std::span<const double> configuration) const;  // of this ask
  bool is_taken(std::span<const double> configuration) const;       // either

 private:
  using Keys = std::unordered_set<ConfigurationKey, ConfigurationKeyHash>;

  Keys trials_;
  Keys suggestions_;
};

}  // namespace tuner::strategies
