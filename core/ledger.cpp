#include "core/ledger.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace tuner {
namespace {

using nlohmann::json;

// Facts come from a file, which may say anything.
double number_or(const json& facts, const char* name, double otherwise) {
  const auto place = facts.find(name);
  return place != facts.end() && place->is_number() && place->get<double>() > 0 ? place->get<double>() : otherwise;
}

std::string text_or(const json& facts, const char* name, std::string otherwise) {
  const auto place = facts.find(name);
  return place != facts.end() && place->is_string() ? place->get<std::string>() : std::move(otherwise);
}

double LedgerEntry::*account_of(Cause cause) {
  switch (cause) {
    case Cause::value:
    case Cause::pruned:
      return &LedgerEntry::useful;
    case Cause::exception:
    case Cause::bad_value:
    case Cause::timeout:
      return &LedgerEntry::failed;
    default:
      return &LedgerEntry::lost;
  }
}

}  // namespace

double LedgerEntry::total() const {
  double sum = 0;
  for (const LedgerAccount& account : kLedgerAccounts) sum += this->*account.amount;
  return sum;
}

double LedgerEntry::useful_share() const {
  const double between = useful + failed + lost + running + waiting_for_suggestion + waiting_for_manager;
  return between > 0 ? useful / between : 0;
}

void Ledger::epoch_started(const EpochStarted& event) {
  json facts = json::parse(event.facts, nullptr, false);
  if (!facts.is_object()) facts = json::object();
  // Killed; by the clock of the file system, which may be ahead of ours.
  if (is_open_) {
    const double alive_until = std::min(number_or(facts, "predecessor_alive_until", 0), event.time);
    close(std::max(alive_until, open_.ended), &LedgerEntry::lost);
  }
  constexpr double kMostRanks = 1e6;
  const double ranks = std::min(number_or(facts, "ranks", 1), kMostRanks);
  const double threads = number_or(facts, "threads", 1);

  const double earliest = closed_.empty() ? 0 : closed_.back().ended;
  open_ = LedgerEntry{};
  open_.epoch = event.epoch;
  open_.job = text_or(facts, "job", "");
  open_.ended = std::max(event.time, earliest);
  open_.began = std::clamp(number_or(facts, "job_started", event.time), earliest, open_.ended);
  open_.cores = number_or(facts, "cores", ranks * threads);
  cores_per_rank_ = std::min(threads, open_.cores / ranks);
  ranks_ = static_cast<std::uint64_t>(ranks);
  lanes_.clear();
  paused_since_.reset();
  is_open_ = true;
}

void Ledger::epoch_ended(double time) {
  if (is_open_) close(std::max(time, open_.ended), &LedgerEntry::lost);
}

void Ledger::joined(RankId rank) {
  if (!is_open_) return;
  lane(rank).joined = true;
  lane(rank).gone = false;
}

void Ledger::quarantined(RankId rank) {
  if (is_open_) lane(rank).gone = true;
}

void Ledger::paused(double time) {
  if (is_open_ && !paused_since_) paused_since_ = time;
}

void Ledger::went_on(double time) {
  if (!is_open_ || !paused_since_) return;
  for (Lane& one : lanes_)
    if (one.trials.empty() && !one.gone && (one.joined || one.had_trial))
      one.paused_s += std::max(0.0, time - std::max(one.until, *paused_since_));
  paused_since_.reset();
}

// Nothing that is told later counts this time: durations of trials are without it.
void Ledger::suspended(const JobSuspended& event) {
  if (!is_open_) return;
  for (Lane& one : lanes_) {
    const double seconds = std::clamp(event.seconds, 0.0, std::max(0.0, event.time - one.until));
    open_.suspended += seconds * cores_per_rank_;
    one.until += seconds;
  }
  if (paused_since_) *paused_since_ += std::clamp(event.seconds, 0.0, std::max(0.0, event.time - *paused_since_));
  open_.ended = std::max(open_.ended, event.time);
}

void Ledger::started(const AttemptStarted& event, std::uint64_t known) {
  if (!is_open_) return;
  Lane& one = lane(event.rank);
  if (one.trials.empty()) {
    const bool was_known = event.trial.value < one.known_when_idle && known > 0;
    double LedgerEntry::*between = was_known ? &LedgerEntry::waiting_for_manager : &LedgerEntry::waiting_for_suggestion;
    account(one, one.had_trial ? between : &LedgerEntry::start_up, event.time, event.time - one.until);
  }
  one.had_trial = true;
  one.gone = false;
  one.trials.push_back(event.trial);
}

void Ledger::kept(RankId rank, double after_s) {
  if (is_open_ && after_s > 0) lane(rank).kept_s = after_s;
}

void Ledger::ended(RankId rank, const AttemptEnded& event, std::uint64_t known) {
  if (!is_open_) return;
  Lane& one = lane(rank);
  if (runs_again(event.cause))
    account_cut_short(one, event.time, event.time - one.until);
  else
    account(one, account_of(event.cause), event.time, event.duration_s);
  one.kept_s = 0;
  release(one, event.trial, known);
  one.gone = event.cause == Cause::lost;
}

void Ledger::retried(RankId rank, const AttemptRetried& event, std::uint64_t known) {
  if (!is_open_) return;
  account_cut_short(lane(rank), event.time, event.duration_s);
  release(lane(rank), event.trial, known);
}

void Ledger::returned(RankId rank, TrialId trial, std::uint64_t known) {
  if (is_open_) release(lane(rank), trial, known);
}

std::vector<LedgerEntry> Ledger::entries(const OpenRun& open) const {
  if (!is_open_) return closed_;
  Ledger as_of_now = *this;
  as_of_now.close(std::max(open.alive_until, open_.ended),
                  open.state == OpenRun::State::killed ? &LedgerEntry::lost : &LedgerEntry::running);
  return as_of_now.closed_;
}

// A file may name ranks that the run does not have.
Ledger::Lane& Ledger::lane(RankId rank) {
  const std::uint64_t place = std::min(rank.value, ranks_ - 1);
  while (lanes_.size() <= place) lanes_.emplace_back().until = open_.began;
  return lanes_[place];
}

// Attributes the lane's time up to `time`: the last `duration_s` of it to the account, what was before to the way.
void Ledger::account(Lane& lane, double LedgerEntry::*account, double time, double duration_s) {
  const double span = std::max(0.0, time - lane.until);
  const double paused_s = std::min(std::exchange(lane.paused_s, 0), span);
  const double share = std::clamp(duration_s, 0.0, span - paused_s);
  open_.*account += share * cores_per_rank_;
  open_.paused += paused_s * cores_per_rank_;
  open_.waiting_for_manager += (span - paused_s - share) * cores_per_rank_;
  lane.until += span;
  open_.ended = std::max(open_.ended, time);
}

// The next attempt goes on from what it kept; the rest was for nothing.
void Ledger::account_cut_short(Lane& lane, double time, double duration_s) {
  const double kept_s = std::min(std::exchange(lane.kept_s, 0), duration_s);
  account(lane, &LedgerEntry::useful, time - duration_s + kept_s, kept_s);
  account(lane, &LedgerEntry::lost, time, duration_s - kept_s);
}

void Ledger::release(Lane& lane, TrialId trial, std::uint64_t known) {
  std::erase(lane.trials, trial);
  if (lane.trials.empty()) lane.known_when_idle = known;
}

void Ledger::close(double time, double LedgerEntry::*of_running) {
  lane(RankId{0});
  went_on(time);
  const bool any_had_trial = std::ranges::any_of(lanes_, &Lane::had_trial);
  for (std::size_t rank = 0; rank < lanes_.size(); ++rank) {
    Lane& one = lanes_[rank];
    double LedgerEntry::*rest = &LedgerEntry::tail;
    if (!one.trials.empty()) {
      rest = of_running;
      if (rest == &LedgerEntry::lost) account_cut_short(one, time, time - one.until);
    } else if (one.gone) {
      rest = &LedgerEntry::lost;
    } else if (!one.joined && !one.had_trial) {
      rest = rank == 0 ? &LedgerEntry::managing : &LedgerEntry::start_up;
    } else if (!any_had_trial) {
      rest = &LedgerEntry::start_up;
    }
    account(one, rest, time, time - one.until);
  }
  const double elapsed_s = open_.ended - open_.began;
  open_.start_up += cores_per_rank_ * static_cast<double>(ranks_ - lanes_.size()) * elapsed_s;  // never heard of
  open_.unused = std::max(0.0, open_.cores - cores_per_rank_ * static_cast<double>(ranks_)) * elapsed_s;
  closed_.push_back(open_);
  is_open_ = false;
}

}  // namespace tuner
