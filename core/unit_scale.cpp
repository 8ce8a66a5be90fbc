#include "core/unit_scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace tuner {
namespace {

// Neighbouring grid values differ by a whole step, so this only has to be above the rounding of (value - low) / step.
constexpr double kGridTolerance = 1e-6;
constexpr double kLargestExact = 0x1p53;

bool has_decimals(double value, double scale) {
  const double scaled = std::round(value * scale);
  return std::abs(scaled) < kLargestExact && scaled / scale == value;
}

// low + k * step as people write it: 0.1 + 2 * 0.1 is 0.3, not 0.30000000000000004. Where both numbers have few
// decimals the sum is exact in integers and only the division rounds.
double grid_value(double low, double step, double k) {
  double scale = 1;
  for (int decimals = 0; decimals <= 15; ++decimals, scale *= 10) {
    if (!has_decimals(low, scale) || !has_decimals(step, scale)) continue;
    const double sum = std::round(low * scale) + k * std::round(step * scale);
    if (std::abs(sum) < kLargestExact) return sum / scale;
  }
  return low + k * step;
}

double cell_of(const Parameter& parameter, double value) {
  const double k = std::round((value - parameter.low) / parameter.step);
  return std::clamp(k, 0.0, parameter.cells() - 1);
}

double between(double low, double high, double u) {
  return low == high ? low : std::clamp(std::lerp(low, high, u), low, high);
}

double part(double low, double high, double value) {
  return low == high ? 0.5 : std::clamp((value - low) / (high - low), 0.0, 1.0);
}

}  // namespace

double value_of_cell(const Parameter& parameter, double k) {
  if (parameter.type != ParameterType::real) return parameter.low + k * parameter.step;
  if (parameter.step == 0) return parameter.low;
  return std::min(grid_value(parameter.low, parameter.step, k), parameter.high);
}

double unit_to_value(const Parameter& parameter, double u) {
  u = u > 0 ? std::min(u, 1.0) : 0.0;  // NaN becomes 0
  const double low = parameter.low;
  const double high = parameter.high;
  if (parameter.step == 0) {
    if (!parameter.log) return between(low, high, u);
    if (u == 0 || u == 1) return u == 0 ? low : high;  // exp(log(low)) need not be low
    return std::clamp(std::exp(between(std::log(low), std::log(high), u)), low, high);
  }
  if (parameter.log) {
    const double real = std::exp(between(std::log(low - 0.5), std::log(high + 0.5), u));
    return std::clamp(std::floor(real + 0.5), low, high);
  }
  const double cells = parameter.cells();
  return value_of_cell(parameter, std::min(std::floor(u * cells), cells - 1));
}

double value_to_unit(const Parameter& parameter, double value) {
  const double low = parameter.low;
  const double high = parameter.high;
  if (parameter.step == 0)
    return parameter.log ? part(std::log(low), std::log(high), std::log(value)) : part(low, high, value);
  if (parameter.log) {
    const double centre = (std::log(value - 0.5) + std::log(value + 0.5)) / 2;
    return part(std::log(low - 0.5), std::log(high + 0.5), centre);
  }
  return (cell_of(parameter, value) + 0.5) / parameter.cells();
}

double snapped(const Parameter& parameter, double value) {
  if (parameter.type != ParameterType::real || parameter.step == 0 || !std::isfinite(value)) return value;
  const double nearest = value_of_cell(parameter, cell_of(parameter, value));
  const double rounding = 8 * std::numeric_limits<double>::epsilon() * (std::abs(value) + std::abs(parameter.low));
  return std::abs(nearest - value) <= kGridTolerance * parameter.step + rounding ? nearest : value;
}

std::optional<std::string> value_problem(const Parameter& parameter, double value) {
  const std::string& name = parameter.name;
  if (std::isnan(value)) return fmt::format("{} is missing or not a number", name);
  if (!parameter.choices.empty()) {
    if (std::floor(value) == value && value >= parameter.low && value <= parameter.high) return {};
    const bool is_choice =
        std::floor(value) == value && value >= 0 && value < static_cast<double>(parameter.choices.size());
    if (is_choice)
      return fmt::format("{} = {} is no longer offered", name, parameter.choices[static_cast<std::size_t>(value)]);
    return fmt::format("{} = {} is not the index of one of its {} choices", name, value, parameter.cells());
  }
  if (value < parameter.low) return fmt::format("{} = {} is below {}", name, value, parameter.low);
  if (value > parameter.high) return fmt::format("{} = {} is above {}", name, value, parameter.high);
  if (parameter.type == ParameterType::integer && std::floor(value) != value)
    return fmt::format("{} = {} is not a whole number", name, value);
  if (parameter.step > 0 && value_of_cell(parameter, cell_of(parameter, value)) != value)
    return fmt::format("{} = {} is not {} plus a multiple of {}", name, value, parameter.low, parameter.step);
  return {};
}

}  // namespace tuner
