#include "plugins/strategies/common/grid_walk.h"

#include <algorithm>
#include <cmath>

namespace tuner::strategies {

Axis full_axis(const tuner_parameter& parameter) {
  return {static_cast<std::uint64_t>(parameter.cells)};
}

GridWalk::GridWalk(const plugin::Space& space, std::vector<Axis> axes)
    : space_(space),
      axes_(std::make_shared<const std::vector<Axis>>(std::move(axes))),
      forbidden_(std::make_shared<const ForbiddenCombinations>(space)),
      digits_(space.size()),
      configuration_(space.size()),
      passed_(space.size()) {
  read_digits();
}

void GridWalk::Passed::add(const std::vector<bool>& more, std::size_t except) {
  reasons.resize(more.size());
  for (std::size_t i = 0; i < more.size(); ++i) reasons[i] = reasons[i] || (more[i] && i != except);
}

double GridWalk::value(std::size_t parameter) const {
  const Axis& axis = (*axes_)[parameter];
  if (!axis.values.empty()) return axis.values[digits_[parameter]];
  return space_[parameter].low + static_cast<double>(digits_[parameter]) * space_[parameter].step;
}

void GridWalk::read_digits() {
  for (std::size_t i = 0; i < digits_.size(); ++i) configuration_[i] = value(i);
  space_.make_canonical(configuration_);
}

// Everything behind the parameter starts again.
void GridWalk::turn(std::size_t parameter, std::uint64_t digit) {
  digits_[parameter] = digit;
  for (std::size_t i = parameter + 1; i < digits_.size(); ++i) {
    digits_[i] = 0;
    passed_[i] = {};
  }
  read_digits();
}

// The values of `parameter` are used up. Where all of them were forbidden, it would be in vain to turn what is no
// reason for that, so the walk jumps back over it (conflict-directed backjumping: Prosser, "Hybrid algorithms for the
// constraint satisfaction problem", Computational Intelligence 9, 1993).
bool GridWalk::turn_one_before(std::size_t parameter, Passed passed) {
  for (std::size_t i = parameter; i-- > 0;) {
    if (std::isnan(configuration_[i])) continue;
    if (passed.all_forbidden && !passed.reasons[i]) continue;
    if (passed.all_forbidden)
      passed_[i].add(passed.reasons, i);
    else
      passed_[i].all_forbidden = false;
    if (digits_[i] + 1 < (*axes_)[i].count) {
      turn(i, digits_[i] + 1);
      return true;
    }
    passed = passed_[i];
    if (passed.all_forbidden) passed.add(forbidden_->ancestors(i), i);
  }
  passed_.front() = {};
  turn(0, 0);
  return false;
}

// Of the condition's parameter: the next digit at which it may not hold, without trying each value of a wide range.
std::uint64_t GridWalk::next_digit(const ForbiddenCondition& condition) const {
  const Axis& axis = (*axes_)[condition.parameter];
  const tuner_parameter& parameter = space_[condition.parameter];
  const std::uint64_t next = digits_[condition.parameter] + 1;
  if (!condition.values.empty()) return next;
  if (!axis.values.empty()) {
    const auto last = std::lower_bound(axis.values.begin(), axis.values.end(), condition.high);
    return std::max(next, static_cast<std::uint64_t>(last - axis.values.begin()));
  }
  if (parameter.step == 0) return next;
  const double last = std::floor((condition.high - parameter.low) / parameter.step);
  return std::max(next, static_cast<std::uint64_t>(std::clamp(last, 0.0, static_cast<double>(axis.count))));
}

bool GridWalk::skip_forbidden() {
  int rounds = 0;
  while (rounds < 2) {  // in the second one nothing is left that the first did not see
    const ForbiddenClause* clause = forbidden_->widest_met(configuration_);
    if (clause == nullptr) break;
    const std::size_t last = clause->last().parameter;
    passed_[last].add(clause->parameters, last);
    const std::uint64_t next = next_digit(clause->last());
    if (next < (*axes_)[last].count)
      turn(last, next);
    else if (!turn_one_before(last, passed_[last]))
      ++rounds;
  }
  return rounds == 0;
}

bool GridWalk::advance() {
  const bool turned = turn_one_before(digits_.size(), {false});
  return skip_forbidden() && turned;
}

// At a place that was not walked to, nobody knows what lies before.
void GridWalk::arrive() {
  for (std::size_t i = 0; i < digits_.size(); ++i) passed_[i] = {digits_[i] == 0};
  read_digits();
}

std::uint64_t GridWalk::number() const {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < digits_.size(); ++i) number = number * (*axes_)[i].count + digits_[i];
  return number;
}

void GridWalk::go_to_number(std::uint64_t number) {
  for (std::size_t i = digits_.size(); i-- > 0;) {
    digits_[i] = number % (*axes_)[i].count;
    number /= (*axes_)[i].count;
  }
  arrive();
}

void GridWalk::go_to(const std::vector<double>& configuration) {
  for (std::size_t i = 0; i < digits_.size(); ++i) {
    const bool moves = (*axes_)[i].count > 1 && !std::isnan(configuration[i]);
    digits_[i] =
        moves ? static_cast<std::uint64_t>(std::llround((configuration[i] - space_[i].low) / space_[i].step)) : 0;
  }
  arrive();
}

}  // namespace tuner::strategies
