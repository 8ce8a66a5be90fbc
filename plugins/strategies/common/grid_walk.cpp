#include "plugins/strategies/common/grid_walk.h"

#include <cmath>

namespace tuner::strategies {

Axis full_axis(const tuner_parameter& parameter) {
  return {static_cast<std::uint64_t>(parameter.cells)};
}

GridWalk::GridWalk(plugin::Space space, std::vector<Axis> axes)
    : space_(space),
      axes_(std::make_shared<const std::vector<Axis>>(std::move(axes))),
      digits_(space.size()),
      configuration_(space.size()) {
  read_digits();
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

bool GridWalk::advance() {
  bool turned = false;
  for (std::size_t i = digits_.size(); i-- > 0 && !turned;) {
    turned = !std::isnan(configuration_[i]) && digits_[i] + 1 < (*axes_)[i].count;
    digits_[i] = turned ? digits_[i] + 1 : 0;
  }
  read_digits();
  return turned;
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
  read_digits();
}

void GridWalk::go_to(const std::vector<double>& configuration) {
  for (std::size_t i = 0; i < digits_.size(); ++i) {
    const bool moves = (*axes_)[i].count > 1 && !std::isnan(configuration[i]);
    digits_[i] =
        moves ? static_cast<std::uint64_t>(std::llround((configuration[i] - space_[i].low) / space_[i].step)) : 0;
  }
  read_digits();
}

}  // namespace tuner::strategies
