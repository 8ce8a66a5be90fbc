// How long a trial will take, from how long the study's earlier attempts took. A pure function of the study.
//
// Learnt from attempts that ended by themselves or by their time-out (the latest 512, imported ones aside), and from
// the run time of attempts that were cut short, as far as these say that trials take longer than most. The numbers that
// it may depend on are the parameters at their scale and, of positive ones, their logarithms, the choices and the
// fidelities; core/duration_model.h says how.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/study.h"

namespace tuner {

struct ExpectedDuration {
  double expected_s = 0;
  double latest_s = 0;  // it takes longer in no more than a twentieth of the cases
  double least_s = 0;   // known from its own attempts that were cut short; 0 where there are none
};

struct FittedDurations;

class DurationForecast {
 public:
  DurationForecast() = default;  // knows nothing
  explicit DurationForecast(const Study& study);

  // Nothing while fewer than a handful of durations are known.
  std::optional<ExpectedDuration> of(const Study& study, TrialId trial) const;
  // Of half of the trials that were learnt from; nothing as above.
  std::optional<double> median_s() const { return median_s_; }

 private:
  std::shared_ptr<const FittedDurations> fitted_;
  double seldom_exceeded_ = 0;         // of the error of a logarithm
  std::optional<double> longest_s_;    // of so many that the next one is seldom longer
  std::map<TrialId, double> least_s_;  // trials that were cut short after so long
  std::optional<double> median_s_;
};

}  // namespace tuner
