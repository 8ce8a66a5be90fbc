// Which rank is doing what, as the manager sees it. Plain bookkeeping: no messages, no clock of its own.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/retry_policy.h"

namespace tuner {

class Crew {
 public:
  Crew(std::size_t ranks, double now_s);

  // Says whether this is news.
  bool ready(RankId rank, const std::string& host);
  void is_on(RankId rank, const std::string& host) { members_[rank.value].host = host; }
  void heard(RankId rank, double now_s);
  // Because the manager did not listen for so long: that is no silence of theirs.
  void nobody_was_heard(double seconds);
  void assigned(RankId rank, TrialId trial);
  void ended(RankId rank, TrialId trial, double duration_s);
  // The trial had not begun because one before it takes long: trials are no longer given together.
  void returned(RankId rank, TrialId trial);
  // The rank takes no more trials; returns those that it had.
  std::vector<TrialId> remove(RankId rank);
  // The same, until it is heard again and has ended these.
  std::vector<TrialId> lose(RankId rank);
  // Whether a lost rank, which was just heard, has nothing left to do: then it takes trials again.
  bool comes_back(RankId rank);
  // Ranks that have trials: a rank that says goodbye is removed. Rank 0 is the manager itself.
  std::vector<RankId> without_goodbye() const;
  // The rank takes no more trials, and may end those that it has.
  void bench(RankId rank) { members_[rank.value].benched = true; }
  // Where no rank is left that works or may come to work: those that were benched, which take trials again.
  std::vector<RankId> unbench_if_nobody_works();

  // How many more trials the rank should be given now. A rank gets one trial at a time, but several at once when trials
  // are shorter than a message's round trip, so that it need not wait for the manager after each.
  std::size_t room(RankId rank) const;
  std::size_t total_room() const;  // for new trials
  std::size_t busy() const;        // ranks that have a trial
  std::size_t idle() const;        // ranks that could have a new one and have none
  std::size_t present() const;     // ranks that are not removed
  bool any_may_come_back() const;  // of those that were lost
  bool is_idle(RankId rank) const { return works(members_[rank.value]) && members_[rank.value].trials.empty(); }
  bool present(RankId rank) const { return !members_[rank.value].gone; }
  std::vector<RankId> takers() const;  // ranks that are ready for trials, or busy with one
  const std::string& host(RankId rank) const { return members_[rank.value].host; }

  // The more, the less its word counts; see Quarantine.
  void suspect(RankId rank, std::size_t suspicion) { members_[rank.value].suspicion = suspicion; }
  // A rank that rests takes no new trials.
  void rest(RankId rank, bool rests) { members_[rank.value].rests = rests; }
  bool rests(RankId rank) const { return members_[rank.value].rests; }

  // Where a trial failed, and whether the whole host may be the reason.
  struct FailedAt {
    Place place;
    bool host_is_suspect = false;
  };
  // Whether what the trial does at `rank` decides about it after that: at another rank, one of the least suspicious, of
  // another host where the host is suspect; where there is none, at any.
  bool decides(RankId rank, const FailedAt& failed) const;
  // Whether `rank`, which decides, is on another host, or no rank there that decides has room.
  bool is_next_to_decide(RankId rank, const FailedAt& failed) const;

  // Seconds that a trial takes, mean of the latest.
  double mean_duration_s() const { return mean_duration_s_; }

  std::vector<RankId> starting() const;  // ranks that are not ready yet

  // Ranks that have said nothing since `since_s`. Rank 0 is the manager itself and never silent.
  std::vector<RankId> silent(double since_s) const;

 private:
  struct Member {
    bool ready = false;
    bool gone = false;
    bool benched = false;
    bool may_come_back = false;
    std::size_t suspicion = 0;
    bool rests = false;
    std::string host;
    std::vector<TrialId> trials;
    std::vector<TrialId> lost_trials;  // that it had when it was lost
    double last_heard_s = 0;
  };

  std::size_t batch_size() const;
  bool works(const Member& member) const;
  double worth_of_word(std::size_t rank, const FailedAt& failed) const;
  double most_worth(const FailedAt& failed) const;

  std::vector<Member> members_;
  double mean_duration_s_ = 1;  // of the latest trials; long until known, so that the first ones go out one by one
};

}  // namespace tuner
