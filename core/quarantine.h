// Finds ranks and hosts that are sick: where so many trials in a row failed which then succeeded elsewhere. A pure
// function of what it is told; it knows nothing of who takes them out.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "core/retry_policy.h"

namespace tuner {

class Quarantine {
 public:
  // The trial failed there and is tried again.
  void failed(const Place& place, TrialId trial);
  // The trial got its value there, which ends the row of failures there and shows that earlier ones of the trial were
  // not its own.
  void succeeded(const Place& place, TrialId trial);
  // The trial failed elsewhere, too: that proves nothing of any place.
  void blamed(TrialId trial);

  // Trials that failed there since its last success, and that no other place has failed at.
  std::size_t failures(RankId rank) const;
  // So many that have succeeded elsewhere make a place sick: one is bad luck, and so may be two.
  static constexpr std::size_t kFailuresInARow = 3;

  std::vector<RankId> sick_ranks() const;
  // Of more than one rank: else only the rank is sick.
  std::vector<std::string> sick_hosts() const;

 private:
  struct Failure {
    RankId rank;
    bool succeeded_elsewhere = false;
  };
  using Row = std::map<TrialId, Failure>;  // since the last success

  std::map<RankId, Row> of_ranks_;  // those with failures only
  std::map<std::string, Row> of_hosts_;
};

// Why a place is taken out, for people.
std::string quarantine_reason();

}  // namespace tuner
