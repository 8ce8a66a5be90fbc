// Which configurations a study already has, so that a strategy suggests none twice. Asking for a suggestion does not
// make it a trial (the manager may discard what it asked for ahead), so suggestions count until the next ask only,
// which brings those that were taken as pending trials.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_set>
#include <vector>

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
  using Key = std::vector<std::uint64_t>;  // the bits of the values, so that inactive equals inactive
  struct KeyHash {
    std::size_t operator()(const Key& key) const;
  };

  static Key key_of(std::span<const double> configuration);

  std::unordered_set<Key, KeyHash> trials_;
  std::unordered_set<Key, KeyHash> suggestions_;
};

}  // namespace tuner::strategies
