// The time of a run: how much is left until it must be drained, how much a fresh allocation of the same length would
// have, and which trials of the study end within a time. One thread.
#pragma once

#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "core/duration_forecast.h"
#include "core/study.h"

namespace tuner {

// What must remain between the end of the last trial and the end of an allocation of this length where the user does
// not say: half a minute for the last checkpoint on a slow file system, but not more than a twentieth.
double usual_finish_margin_s(double length_s);

class TimePlan {
 public:
  // `began_s`: when this run was ready for its first trial, seconds since 1970. `goes_on`: whether a trial that was cut
  // short has kept something to go on from, so that what it still needs is less than it looks.
  TimePlan(std::optional<double> finish_margin_s, double began_s, std::function<bool(TrialId)> goes_on)
      : finish_margin_s_(finish_margin_s), began_s_(began_s), goes_on_(std::move(goes_on)) {}

  void is_given(const AllocationSeen& allocation) { allocation_ = allocation; }
  // Whether no run of the study was in this job before: then modules, data and a slow plugin may have kept it waiting,
  // as they will in the next job. Where nobody says so, one that begins late was not the first.
  void is_first_in_job(bool is_first) { is_first_ = is_first; }
  bool is_limited() const { return allocation_.has_value(); }

  // Until the run must be drained; infinity where it has no limit.
  double left_s(double now_s) const;
  // From the first trial on until then in a fresh allocation like this one; infinity where there is no limit.
  double whole_s() const;
  // This run began with its allocation.
  bool is_fresh() const;

  // Makes a new forecast when a twentieth more is known.
  void learn(const Study& study);
  // Whether the trial may start where so much time is left. It may where it ends by then in all likelihood or nothing
  // is known of its duration; and one that no whole allocation is likely to see end, at the beginning of one: it has no
  // better chance, and may be quicker than it looks.
  bool may_start(const Study& study, TrialId trial, double seconds) const;
  // Nothing where nothing is known, or where it goes on from what it has kept.
  std::optional<ExpectedDuration> expected(const Study& study, TrialId trial) const;
  // Whether half of all trials end within it, as far as known.
  bool most_end_within(double seconds) const { return forecast_.median_s().value_or(0) <= seconds; }

 private:
  double margin_s() const;
  double start_up_s() const;
  bool may_end_in_whole(const ExpectedDuration& expected) const;

  std::optional<double> finish_margin_s_;
  double began_s_;
  std::function<bool(TrialId)> goes_on_;
  std::optional<AllocationSeen> allocation_;
  std::optional<bool> is_first_;
  DurationForecast forecast_;
  std::size_t learnt_from_ = 0;
  mutable std::map<TrialId, std::optional<ExpectedDuration>> expected_;  // of this forecast
};

}  // namespace tuner
