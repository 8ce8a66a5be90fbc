#include "plugins/strategies/bayes/encoding.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tuner::strategies::bayes {
namespace {

Coordinate coordinate_of(const tuner_parameter& parameter) {
  Coordinate coordinate{.cells = parameter.cells,
                        .unordered = parameter.type == TUNER_CATEGORICAL || parameter.type == TUNER_BOOL,
                        .log = parameter.log != 0};
  const bool is_single = parameter.low == parameter.high || parameter.cells <= 1;
  coordinate.features = is_single ? 0 : 1;
  if (coordinate.unordered && parameter.cells > 2) coordinate.features = static_cast<std::size_t>(parameter.cells);
  return coordinate;
}

}  // namespace

Encoding::Encoding(const plugin::Space& space)
    : space_(space), has_forbidden_(space.json().find("\"forbidden\"") != std::string_view::npos) {
  for (std::size_t j = 0; j < space.size(); ++j) {
    Coordinate coordinate = coordinate_of(space[j]);
    coordinate.first_feature = owners_.size();
    owners_.insert(owners_.end(), coordinate.features, j);
    if (!coordinate.is_fixed()) ++varying_;
    coordinates_.push_back(std::move(coordinate));
    for (std::uint64_t c = 0; c < space[j].condition_count; ++c)
      coordinates_[space[j].conditions[c]->parent].children.push_back(j);
  }
}

Point Encoding::from_configuration(std::span<const double> configuration) const {
  Point point;
  point.configuration.assign(configuration.begin(), configuration.end());
  point.cube = space_.to_unit(configuration);
  add_features(point);
  return point;
}

Point Encoding::from_cube(std::span<const double> cube) const {
  Point point;
  point.configuration = space_.from_unit(cube);
  point.cube = space_.to_unit(point.configuration);
  for (std::size_t j = 0; j < size(); ++j)
    if (!point.is_active(j)) point.cube[j] = cube[j];
  add_features(point);
  return point;
}

bool Encoding::is_allowed(const Point& point) const {
  return !has_forbidden_ || space_.contains(point.configuration);
}

void Encoding::add_features(Point& point) const {
  point.features.assign(feature_count(), 0.0);
  for (std::size_t j = 0; j < size(); ++j) {
    const Coordinate& coordinate = coordinates_[j];
    if (coordinate.is_fixed() || !point.is_active(j)) continue;
    double* features = &point.features[coordinate.first_feature];
    if (!coordinate.unordered) {
      features[0] = point.cube[j] - 0.5;
    } else if (coordinate.features == 1) {
      features[0] = point.cube[j] < 0.5 ? -0.5 : 0.5;
    } else {
      const auto choice = static_cast<std::size_t>(point.cube[j] * coordinate.cells);
      features[std::min(choice, coordinate.features - 1)] = 1 / std::numbers::sqrt2;
    }
  }
}

double scaled_distance(const Point& a, const Point& b, const Encoding& encoding, std::span<const double> length_scale) {
  double sum = 0;
  for (std::size_t e = 0; e < encoding.feature_count(); ++e)
    sum += std::pow((a.features[e] - b.features[e]) / length_scale[encoding.owners()[e]], 2);
  return std::sqrt(sum);
}

}  // namespace tuner::strategies::bayes
