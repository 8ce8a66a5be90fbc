#include "mpi_runner/crew.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tuner {
namespace {

// A message from rank to rank and back takes 0.1 ms on idle cores and about 2 ms where ranks sleep between looks.
constexpr double kRoundTrip_s = 1e-3;

}  // namespace

Crew::Crew(std::size_t ranks, double now_s) : members_(ranks) {
  for (Member& member : members_) member.last_heard_s = now_s;
}

bool Crew::ready(RankId rank, const std::string& host) {
  members_[rank.value].host = host;
  return !std::exchange(members_[rank.value].ready, true);
}

void Crew::heard(RankId rank, double now_s) {
  members_[rank.value].last_heard_s = now_s;
}

void Crew::nobody_was_heard(double seconds) {
  for (Member& member : members_) member.last_heard_s += seconds;
}

void Crew::assigned(RankId rank, TrialId trial) {
  members_[rank.value].trials.push_back(trial);
}

void Crew::ended(RankId rank, TrialId trial, double duration_s) {
  std::erase(members_[rank.value].trials, trial);
  std::erase(members_[rank.value].lost_trials, trial);
  constexpr double kWeightOfLatest = 0.1;
  mean_duration_s_ += kWeightOfLatest * (duration_s - mean_duration_s_);
}

void Crew::returned(RankId rank, TrialId trial) {
  std::erase(members_[rank.value].trials, trial);
  std::erase(members_[rank.value].lost_trials, trial);
  mean_duration_s_ = std::max(mean_duration_s_, kRoundTrip_s);
}

std::vector<TrialId> Crew::remove(RankId rank) {
  Member& member = members_[rank.value];
  member.gone = true;
  member.may_come_back = false;
  return std::exchange(member.trials, {});
}

std::vector<TrialId> Crew::lose(RankId rank) {
  std::vector<TrialId> trials = remove(rank);
  members_[rank.value].may_come_back = true;
  members_[rank.value].lost_trials = trials;
  return trials;
}

bool Crew::comes_back(RankId rank) {
  Member& member = members_[rank.value];
  if (!member.may_come_back || !member.lost_trials.empty()) return false;
  member.may_come_back = false;
  member.gone = false;
  return true;
}

bool Crew::works(const Member& member) const {
  return member.ready && !member.gone && !member.benched;
}

std::size_t Crew::room(RankId rank) const {
  const Member& member = members_[rank.value];
  if (!works(member)) return 0;
  const std::size_t batch = batch_size();
  // A batch is refilled at its half, so that the refill travels while the rest is worked off.
  return member.trials.size() <= batch / 2 ? batch - member.trials.size() : 0;
}

std::size_t Crew::total_room() const {
  std::size_t sum = 0;
  for (std::size_t rank = 0; rank < members_.size(); ++rank)
    if (!members_[rank].rests) sum += room(RankId{rank});
  return sum;
}

std::size_t Crew::busy() const {
  return static_cast<std::size_t>(
      std::count_if(members_.begin(), members_.end(), [](const Member& member) { return !member.trials.empty(); }));
}

std::size_t Crew::idle() const {
  return static_cast<std::size_t>(std::count_if(members_.begin(), members_.end(), [this](const Member& member) {
    return works(member) && !member.rests && member.trials.empty();
  }));
}

std::size_t Crew::present() const {
  return static_cast<std::size_t>(
      std::count_if(members_.begin(), members_.end(), [](const Member& member) { return !member.gone; }));
}

bool Crew::any_may_come_back() const {
  return std::ranges::any_of(members_, &Member::may_come_back);
}

std::vector<RankId> Crew::takers() const {
  std::vector<RankId> found;
  for (std::size_t rank = 0; rank < members_.size(); ++rank)
    if (works(members_[rank])) found.push_back(RankId{rank});
  return found;
}

std::vector<RankId> Crew::unbench_if_nobody_works() {
  std::vector<RankId> found;
  for (std::size_t rank = 0; rank < members_.size(); ++rank) {
    if (members_[rank].gone) continue;
    if (!members_[rank].benched) return {};
    found.push_back(RankId{rank});
  }
  for (const RankId rank : found) members_[rank.value].benched = false;
  return found;
}

std::vector<RankId> Crew::starting() const {
  std::vector<RankId> found;
  for (std::size_t rank = 0; rank < members_.size(); ++rank)
    if (!members_[rank].ready && !members_[rank].gone) found.push_back(RankId{rank});
  return found;
}

// From 0, for none, to 1.
double Crew::worth_of_word(std::size_t rank, const FailedAt& failed) const {
  constexpr double kOfTheSameRank = 1e-9;
  constexpr double kOfASuspectHost = 1e-6;
  const Member& member = members_[rank];
  if (member.gone || member.benched) return 0;
  if (RankId{rank} == failed.place.rank) return kOfTheSameRank;
  const double worth = 1 / (1 + static_cast<double>(member.suspicion));
  const bool may_be_there = member.host.empty() || member.host == failed.place.host;
  return failed.host_is_suspect && may_be_there ? kOfASuspectHost * worth : worth;
}

double Crew::most_worth(const FailedAt& failed) const {
  double most = 0;
  for (std::size_t rank = 0; rank < members_.size(); ++rank) most = std::max(most, worth_of_word(rank, failed));
  return most;
}

bool Crew::decides(RankId rank, const FailedAt& failed) const {
  return worth_of_word(rank.value, failed) == most_worth(failed);
}

bool Crew::is_next_to_decide(RankId rank, const FailedAt& failed) const {
  const double most = most_worth(failed);
  if (worth_of_word(rank.value, failed) != most) return false;
  const auto is_on_other_host = [&](std::size_t place) { return members_[place].host != failed.place.host; };
  if (failed.place.host.empty() || is_on_other_host(rank.value)) return true;
  for (std::size_t other = 0; other < members_.size(); ++other)
    if (is_on_other_host(other) && room(RankId{other}) > 0 && worth_of_word(other, failed) == most) return false;
  return true;
}

std::vector<RankId> Crew::silent(double since_s) const {
  std::vector<RankId> found;
  for (std::size_t rank = 1; rank < members_.size(); ++rank)
    if (!members_[rank].gone && members_[rank].last_heard_s < since_s) found.push_back(RankId{rank});
  return found;
}

std::vector<RankId> Crew::without_goodbye() const {
  std::vector<RankId> found;
  for (std::size_t rank = 1; rank < members_.size(); ++rank)
    if (!members_[rank].trials.empty()) found.push_back(RankId{rank});
  return found;
}

std::size_t Crew::batch_size() const {
  constexpr double kMostAtOnce = 64;
  if (mean_duration_s_ >= kRoundTrip_s) return 1;
  return static_cast<std::size_t>(
      std::min(kMostAtOnce, std::ceil(2 * kRoundTrip_s / std::max(mean_duration_s_, 1e-9))));
}

}  // namespace tuner
