#include "mpi_runner/time_plan.h"

#include <algorithm>

namespace tuner {
namespace {

// A run that begins later than that in its allocation is not its first.
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
  return allocation_ && began_s_ - allocation_->start <= kLatestFreshStart * (allocation_->end - allocation_->start);
}

void TimePlan::learn(const Study& study) {
  const std::size_t known = study.finished().size() + study.failures().size();
  if (!is_limited() || known < learnt_from_ + learnt_from_ / 20 + 1) return;
  forecast_ = DurationForecast(study);
  learnt_from_ = known;
  latest_s_.clear();
}

std::optional<double> TimePlan::latest_s(const Study& study, TrialId trial) const {
  const auto [place, is_new] = latest_s_.try_emplace(trial);
  const bool goes_on = is_new && study.trial(trial).attempt > 0 && goes_on_(trial);
  if (is_new && !goes_on) {
    const std::optional<ExpectedDuration> expected = forecast_.of(study, trial);
    if (expected) place->second = expected->latest_s;
  }
  return place->second;
}

bool TimePlan::ends_within(const Study& study, TrialId trial, double seconds) const {
  return !is_limited() || latest_s(study, trial).value_or(0) <= seconds;
}

}  // namespace tuner
