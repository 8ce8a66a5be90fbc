#include "plugins/strategies/grid/resolution.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>

#include "tuner/did_you_mean.h"

namespace tuner::strategies {
namespace {

constexpr std::uint64_t kUsualPoints = 10;
constexpr double kFewValues = 32;
constexpr std::uint64_t kMostPoints = 1'000'000;  // an axis holds its values

struct Resolution {
  std::optional<std::uint64_t> others;                 // of parameters that are not named
  std::vector<std::optional<std::uint64_t>> by_index;  // one for each parameter
};

std::string hint(const plugin::Space& space, std::string_view typed) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < space.size(); ++i) names.emplace_back(space[i].name);
  return plugin::did_you_mean(typed, names);
}

std::uint64_t points_from(std::string_view text, std::string_view option) {
  std::uint64_t points = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), points);
  if (error != std::errc{} || end != text.data() + text.size() || points < 1 || points > kMostPoints)
    throw plugin::UserMistake("option 'resolution' = '" + std::string(option) + "': '" + std::string(text) +
                              "' is not a number of values from 1 to 1000000. Write 10, or name=10,other=5,*=3");
  return points;
}

void set_once(std::optional<std::uint64_t>& points, std::uint64_t value, const std::string& of_what,
              std::string_view option) {
  if (points)
    throw plugin::UserMistake("option 'resolution' = '" + std::string(option) + "' gives " + of_what +
                              " two numbers of values. Keep one");
  points = value;
}

void read_part(const plugin::Space& space, std::string_view part, std::string_view option, Resolution& resolution) {
  const std::size_t equals = part.find('=');
  const std::string_view name = equals == std::string_view::npos ? "*" : part.substr(0, equals);
  const std::uint64_t points = points_from(part.substr(equals + 1), option);  // npos + 1 = 0
  if (name == "*") {
    set_once(resolution.others, points, "the parameters that are not named", option);
    return;
  }
  const std::size_t index = space.find(name);
  if (index == space.size())
    throw plugin::UserMistake("option 'resolution' names the parameter '" + std::string(name) +
                              "', which the search space does not have." + hint(space, name));
  if (space[index].choice_count > 0)
    throw plugin::UserMistake("option 'resolution' names '" + std::string(name) +
                              "', which takes all its choices. Leave it out, or keep some choices by --narrow");
  set_once(resolution.by_index[index], points, "'" + std::string(name) + "'", option);
}

Resolution read(const plugin::Space& space, std::string_view option) {
  Resolution resolution;
  resolution.by_index.resize(space.size());
  for (std::size_t start = 0; start <= option.size();) {
    const std::size_t comma = std::min(option.find(',', start), option.size());
    read_part(space, option.substr(start, comma - start), option, resolution);
    start = comma + 1;
  }
  return resolution;
}

// `part` 0 and 1 are exactly low and high, which exp(log(low)) is not.
double on_scale(const tuner_parameter& parameter, double part) {
  const double low = parameter.low;
  const double high = parameter.high;
  if (part == 0 || part == 1) return part == 0 ? low : high;
  const double value =
      parameter.log == 0 ? std::lerp(low, high, part) : std::exp(std::lerp(std::log(low), std::log(high), part));
  if (parameter.step == 0) return std::clamp(value, low, high);
  const double step = std::round((value - low) / parameter.step);
  return low + std::clamp(step, 0.0, parameter.cells - 1) * parameter.step;
}

// One value is the middle; more include both ends.
Axis even_axis(const tuner_parameter& parameter, std::uint64_t points) {
  std::vector<double> values;
  for (std::uint64_t i = 0; i < points; ++i)
    values.push_back(on_scale(parameter, points == 1 ? 0.5 : static_cast<double>(i) / static_cast<double>(points - 1)));
  values.erase(std::unique(values.begin(), values.end()), values.end());  // of integers on a log scale some coincide
  return {values.size(), values};
}

}  // namespace

std::vector<Axis> axes_of(const plugin::Space& space, std::string_view option) {
  const Resolution resolution = read(space, option);
  std::vector<Axis> axes;
  for (std::size_t i = 0; i < space.size(); ++i) {
    const auto& named = resolution.by_index[i];
    const std::uint64_t points = named.value_or(resolution.others.value_or(kUsualPoints));
    const bool all = space[i].choice_count > 0 || space[i].cells <= (named ? static_cast<double>(points) : kFewValues);
    axes.push_back(all ? full_axis(space[i]) : even_axis(space[i], points));
  }
  return axes;
}

}  // namespace tuner::strategies
