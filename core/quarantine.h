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
  // The trial failed there too, and is not tried again: that proves nothing of any place.
  void blamed(const Place& place, TrialId trial);
  // An earlier run of the study found so, at places that say nothing of these.
  void knows_success() { ++succeeded_; }
  void knows_blame() { ++blamed_; }

  // Trials that failed there since its last success, and that no other place has failed at.
  std::size_t failures(RankId rank) const;
  // Whether chance explains all failures there since its last success, as often as trials of this study are blamed:
  // that a trial fails there, too, says something about the trial.
  bool is_credible(RankId rank) const;
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
  std::map<RankId, std::size_t> in_a_row_;  // failures since the last success, whoever was to blame
  std::size_t succeeded_ = 0;
  std::size_t blamed_ = 0;
};

// Why a place is taken out, for people.
std::string quarantine_reason();

}  // namespace tuner
