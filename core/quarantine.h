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

  // So many that have succeeded elsewhere make a place sick: one is bad luck, and so may be two. More where trials
  // fail by chance everywhere.
  static constexpr std::size_t kFailuresInARow = 3;

  // Trials that failed there since its last success, and that no other place has failed at.
  std::size_t failures(RankId rank) const;
  // How many trials failed there since its last success, whoever was to blame; 0 where chance explains so many, which
  // is how often trials of this run are blamed: then one that fails there, too, is to blame itself.
  std::size_t suspicion(RankId rank) const;

  // Whether nothing has succeeded on the host where this trial failed since then: it may be sick as a whole.
  bool is_host_suspect(TrialId trial) const;

  std::vector<RankId> sick_ranks() const;
  // Of more than one rank: else only the rank is sick.
  std::vector<std::string> sick_hosts() const;

 private:
  struct Failure {
    TrialId trial;
    Place place;
    bool since_success_of_rank = true;
    bool since_success_of_host = true;
    bool succeeded_elsewhere = false;
  };
  struct Record {
    std::string host;
    std::size_t in_a_row = 0;  // failures since the last success
    std::size_t successes = 0;
    std::size_t flukes = 0;  // failures of trials that succeeded elsewhere
  };

  template <class Others>
  std::size_t row_that_is_no_chance(const Others& is_other) const;

  std::vector<Failure> failures_;  // of trials that are not decided, or that belong to a row
  std::map<RankId, Record> records_;
  std::size_t successes_ = 0;
  std::size_t blames_ = 0;
};

// Why a place is taken out, for people.
std::string quarantine_reason();

}  // namespace tuner
