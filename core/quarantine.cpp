#include "core/quarantine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace tuner {
namespace {

template <class Rows, class Key>
void note_success(Rows& rows, const Key& place, TrialId trial) {
  rows.erase(place);
  for (auto& [other, row] : rows)
    if (const auto failure = row.find(trial); failure != row.end()) failure->second.succeeded_elsewhere = true;
}

template <class Rows>
void forget(Rows& rows, TrialId trial) {
  for (auto& [place, row] : rows) row.erase(trial);
}

template <class Row>
bool is_sick(const Row& row) {
  const auto proven = std::ranges::count_if(row, [](const auto& one) { return one.second.succeeded_elsewhere; });
  return static_cast<std::size_t>(proven) >= Quarantine::kFailuresInARow;
}

template <class Row>
bool is_of_several_ranks(const Row& row) {
  std::set<RankId> ranks;
  for (const auto& [trial, failure] : row)
    if (failure.succeeded_elsewhere) ranks.insert(failure.rank);
  return ranks.size() > 1;
}

}  // namespace

void Quarantine::failed(const Place& place, TrialId trial) {
  ++in_a_row_[place.rank];
  of_ranks_[place.rank][trial] = {place.rank};
  of_hosts_[place.host][trial] = {place.rank};
}

void Quarantine::succeeded(const Place& place, TrialId trial) {
  ++succeeded_;
  in_a_row_.erase(place.rank);
  note_success(of_ranks_, place.rank, trial);
  note_success(of_hosts_, place.host, trial);
}

void Quarantine::blamed(const Place& place, TrialId trial) {
  ++blamed_;
  ++in_a_row_[place.rank];
  forget(of_ranks_, trial);
  forget(of_hosts_, trial);
}

bool Quarantine::is_credible(RankId rank) const {
  const auto row = in_a_row_.find(rank);
  if (row == in_a_row_.end()) return true;
  if (blamed_ == 0) return false;
  constexpr double kChance = 0.05;
  const double rate = static_cast<double>(blamed_) / static_cast<double>(blamed_ + succeeded_);
  return std::pow(rate, row->second) >= kChance;
}

std::size_t Quarantine::failures(RankId rank) const {
  const auto row = of_ranks_.find(rank);
  return row == of_ranks_.end() ? 0 : row->second.size();
}

std::vector<RankId> Quarantine::sick_ranks() const {
  std::vector<RankId> sick;
  for (const auto& [rank, row] : of_ranks_)
    if (is_sick(row)) sick.push_back(rank);
  return sick;
}

std::vector<std::string> Quarantine::sick_hosts() const {
  std::vector<std::string> sick;
  for (const auto& [host, row] : of_hosts_)
    if (is_sick(row) && is_of_several_ranks(row)) sick.push_back(host);
  return sick;
}

std::string quarantine_reason() {
  return fmt::format("{} trials in a row crashed or ran out of memory there and succeeded elsewhere",
                     Quarantine::kFailuresInARow);
}

}  // namespace tuner
