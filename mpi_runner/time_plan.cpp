#include "mpi_runner/time_plan.h"

#include <algorithm>

#include "mpi_runner/allocation.h"

namespace tuner {
namespace {

// Where nobody says, a run that begins later than that in its allocation was not started with it: another run was there
// before, or somebody started it by hand.
constexpr double kLatestFreshStart = 0.1;

}  // namespace

double usual_finish_margin_s(double length_s) {
  constexpr double kLongest_s = 30;
  return std::min(kLongest_s, length_s / 20);
}

double TimePlan::margin_s() const {
  return finish_margin_s_.value_or(usual_finish_margin_s(allocation_->end - allocation_->start));
}

double TimePlan::start_up_s() const {
  return is_fresh() ? std::max(0.0, began_s_ - allocation_->start) : 0;
}

double TimePlan::left_s(double now_s) const {
  return allocation_ ? allocation_->end - margin_s() - now_s : std::numeric_limits<double>::infinity();
}

double TimePlan::whole_s() const {
  return allocation_ ? allocation_->end - allocation_->start - margin_s() - start_up_s()
                     : std::numeric_limits<double>::infinity();
}

bool TimePlan::is_fresh() const {
  if (!allocation_) return false;
  if (is_first_ && allocation_->source != kTimeLimit) return *is_first_;
  return began_s_ - allocation_->start <= kLatestFreshStart * (allocation_->end - allocation_->start);
}

void TimePlan::learn(const Study& study) {
  const std::size_t known = study.finished().size() + study.failures().size();
  if (!is_limited() || known < learnt_from_ + learnt_from_ / 20 + 1) return;
  forecast_ = DurationForecast(study);
  learnt_from_ = known;
  expected_.clear();
}

std::optional<ExpectedDuration> TimePlan::expected(const Study& study, TrialId trial) const {
  const auto [place, is_new] = expected_.try_emplace(trial);
  const bool goes_on = is_new && study.trial(trial).attempt > 0 && goes_on_(trial);
  if (is_new && !goes_on) place->second = forecast_.of(study, trial);
  return place->second;
}

bool TimePlan::may_end_in_whole(const ExpectedDuration& expected) const {
  constexpr double kFarTooLong = 2;
  return expected.least_s <= whole_s() && expected.expected_s <= kFarTooLong * whole_s();
}

bool TimePlan::may_start(const Study& study, TrialId trial, double seconds) const {
  if (!is_limited()) return true;
  const std::optional<ExpectedDuration> known = expected(study, trial);
  if (!known || known->latest_s <= seconds) return true;
  constexpr double kAtItsBeginning = 0.9;
  return known->latest_s > whole_s() && seconds >= kAtItsBeginning * whole_s() && may_end_in_whole(*known);
}

}  // namespace tuner
