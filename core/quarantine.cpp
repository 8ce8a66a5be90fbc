#include "core/quarantine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace tuner {

void Quarantine::failed(const Place& place, TrialId trial) {
  Record& record = records_[place.rank];
  record.host = place.host;
  ++record.in_a_row;
  failures_.push_back({trial, place});
}

void Quarantine::succeeded(const Place& place, TrialId trial) {
  Record& record = records_[place.rank];
  record.host = place.host;
  record.in_a_row = 0;
  ++record.successes;
  ++successes_;
  for (Failure& failure : failures_) {
    if (failure.place.rank == place.rank) failure.since_success_of_rank = false;
    if (failure.place.host == place.host) failure.since_success_of_host = false;
    if (failure.trial != trial || failure.place.rank == place.rank) continue;
    failure.succeeded_elsewhere = true;
    ++records_[failure.place.rank].flukes;
  }
  std::erase_if(failures_, [&](const Failure& one) {
    const bool is_of_a_row = one.since_success_of_rank || one.since_success_of_host;
    return one.trial == trial ? !one.succeeded_elsewhere || !is_of_a_row : one.succeeded_elsewhere && !is_of_a_row;
  });
}

void Quarantine::blamed(const Place& place, TrialId trial) {
  Record& record = records_[place.rank];
  record.host = place.host;
  ++record.in_a_row;
  ++blames_;
  std::erase_if(failures_, [&](const Failure& failure) { return failure.trial == trial; });
}

std::size_t Quarantine::failures(RankId rank) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      failures_, [&](const Failure& one) { return one.place.rank == rank && one.since_success_of_rank; }));
}

// Until much is known, failures count as rare: else two sick ranks that blame each other's trials would soon take what
// they do for chance.
std::size_t Quarantine::suspicion(RankId rank) const {
  const auto record = records_.find(rank);
  if (record == records_.end() || record->second.in_a_row == 0) return 0;
  constexpr double kImaginedSuccesses = 20;
  constexpr double kChance = 0.05;
  const auto blames = static_cast<double>(blames_);
  const double rate = blames / (blames + static_cast<double>(successes_) + kImaginedSuccesses);
  return std::pow(rate, record->second.in_a_row) >= kChance ? 0 : record->second.in_a_row;
}

bool Quarantine::is_host_suspect(TrialId trial) const {
  return std::ranges::any_of(failures_,
                             [&](const Failure& one) { return one.trial == trial && one.since_success_of_host; });
}

// As long as would hardly ever happen by chance at the others, where they do not fail in a row themselves.
template <class Others>
std::size_t Quarantine::row_that_is_no_chance(const Others& is_other) const {
  std::size_t attempts = 0;
  std::size_t flukes = 0;
  for (const auto& [rank, record] : records_) {
    if (!is_other(rank, record) || record.in_a_row >= kFailuresInARow) continue;
    attempts += record.successes + record.flukes;
    flukes += record.flukes;
  }
  constexpr std::size_t kEnoughToTell = 10;
  if (attempts < kEnoughToTell) return kFailuresInARow;
  const double rate = static_cast<double>(flukes) / static_cast<double>(attempts);
  constexpr double kHardlyEver = 1e-5;
  constexpr std::size_t kLongestRow = 100;
  std::size_t row = kFailuresInARow;
  while (row < kLongestRow && std::pow(rate, row) > kHardlyEver) ++row;
  return row;
}

std::vector<RankId> Quarantine::sick_ranks() const {
  std::map<RankId, std::size_t> rows;
  for (const Failure& failure : failures_)
    if (failure.succeeded_elsewhere && failure.since_success_of_rank) ++rows[failure.place.rank];
  std::vector<RankId> sick;
  for (const auto& [rank, row] : rows)
    if (row >= row_that_is_no_chance([&, &self = rank](RankId other, const Record&) { return other != self; }))
      sick.push_back(rank);
  return sick;
}

std::vector<std::string> Quarantine::sick_hosts() const {
  struct Row {
    std::size_t length = 0;
    std::set<RankId> ranks;
  };
  std::map<std::string, Row> rows;
  for (const Failure& failure : failures_) {
    if (!failure.succeeded_elsewhere || !failure.since_success_of_host) continue;
    Row& row = rows[failure.place.host];
    ++row.length;
    row.ranks.insert(failure.place.rank);
  }
  std::vector<std::string> sick;
  for (const auto& [host, row] : rows) {
    const auto is_other = [&self = host](RankId, const Record& record) { return record.host != self; };
    if (row.ranks.size() > 1 && row.length >= row_that_is_no_chance(is_other)) sick.push_back(host);
  }
  return sick;
}

std::string quarantine_reason() {
  return fmt::format("{} trials in a row crashed or ran out of memory there and succeeded elsewhere",
                     Quarantine::kFailuresInARow);
}

}  // namespace tuner
