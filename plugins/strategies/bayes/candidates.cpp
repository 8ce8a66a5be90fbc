#include "plugins/strategies/bayes/candidates.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tuner::strategies::bayes {
namespace {

constexpr std::array kStepScales{0.3, 0.1, 0.03, 0.01, 0.003};
constexpr std::array kCellSteps{1.0, 2.0, 4.0, 8.0};
constexpr double kResampledChoices = 0.3;
// A box search moves about so many coordinates at once (Regis & Shoemaker, Engineering Optimization 45, 2013).
constexpr double kMovedCoordinates = 20;

// Of a coordinate of a choice: the middle of its cell.
double centre_of_cell(double cell, double cells) {
  return (cell + 0.5) / cells;
}

double cell_at(double u, double cells) {
  return std::min(std::floor(u * cells), cells - 1);
}

}  // namespace

CandidateSource::CandidateSource(const Encoding& encoding, std::vector<const Point*> centres,
                                 std::span<const double> length_scale, RandomStream random)
    : encoding_(encoding), centres_(std::move(centres)), length_scale_(length_scale), random_(random) {}

void CandidateSource::add_allowed(std::vector<double> cube, std::vector<Point>& points) const {
  Point point = encoding_.from_cube(cube);
  if (encoding_.is_allowed(point)) points.push_back(std::move(point));
}

std::vector<double> CandidateSource::uniform_cube() {
  std::vector<double> cube(encoding_.size());
  for (double& u : cube) u = random_.uniform();
  return cube;
}

double CandidateSource::resampled(const Coordinate& coordinate) {
  return coordinate.unordered
             ? centre_of_cell(static_cast<double>(random_.below(static_cast<std::size_t>(coordinate.cells))),
                              coordinate.cells)
             : random_.uniform();
}

// A child that a move brings to life takes the value of the best point in which it lives, or a random one.
void CandidateSource::wake_children(std::size_t parameter, std::vector<double>& cube, const Point& from) {
  for (const std::size_t child : encoding_[parameter].children) {
    if (!from.is_active(child)) {
      const auto example = std::find_if(centres_.begin(), centres_.end(),
                                        [child](const Point* centre) { return centre->is_active(child); });
      const bool copies = example != centres_.end() && random_.uniform() < 0.5;
      cube[child] = copies ? (*example)->cube[child] : random_.uniform();
    }
    wake_children(child, cube, from);
  }
}

// A random subset of the coordinates moves: all of them half of the time, else from one and a half to all on average.
std::vector<double> CandidateSource::perturbed(const Point& centre) {
  std::vector<double> cube = centre.cube;
  const double dimensions = static_cast<double>(std::max<std::size_t>(encoding_.varying_count(), 1));
  const double fewest = std::min(1.0, 1.5 / dimensions);
  const double share = random_.uniform() < 0.5 ? 1 : fewest + (1 - fewest) * random_.uniform();
  const double scale = kStepScales[random_.below(kStepScales.size())];
  for (std::size_t j = 0; j < cube.size(); ++j) {
    const Coordinate& coordinate = encoding_[j];
    if (coordinate.is_fixed() || random_.uniform() >= share) continue;
    if (coordinate.unordered) {
      if (random_.uniform() >= kResampledChoices) continue;
      cube[j] = resampled(coordinate);
    } else {
      const double step = scale * std::min(1.0, 2 * length_scale_[j]) * random_.normal();
      const double least = std::isfinite(coordinate.cells) ? 1 / coordinate.cells : 0;
      cube[j] = std::clamp(cube[j] + (std::abs(step) < least ? std::copysign(least, step) : step), 0.0, 1.0);
    }
    if (!coordinate.children.empty()) wake_children(j, cube, centre);
  }
  return cube;
}

std::vector<Point> CandidateSource::over_the_space(std::size_t count) {
  std::vector<Point> points;
  points.reserve(count);
  for (std::size_t i = 0; i < count / 2; ++i) add_allowed(uniform_cube(), points);
  for (std::size_t i = count / 2; i < count; ++i) {
    // Better centres more often: the least of two draws.
    const std::size_t rank = std::min(random_.below(centres_.size()), random_.below(centres_.size()));
    add_allowed(perturbed(*centres_[rank]), points);
  }
  return points;
}

std::vector<Point> CandidateSource::in_box(const Box& box, std::size_t count) {
  const double share =
      std::min(1.0, kMovedCoordinates / static_cast<double>(std::max<std::size_t>(encoding_.varying_count(), 1)));
  std::vector<Point> points;
  points.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Point& centre = *centres_.front();
    std::vector<double> cube = centre.cube;
    for (std::size_t j = 0; j < cube.size(); ++j) {
      const Coordinate& coordinate = encoding_[j];
      if (coordinate.is_fixed() || random_.uniform() >= share) continue;
      if (coordinate.unordered && random_.uniform() >= kResampledChoices) continue;
      cube[j] = coordinate.unordered ? resampled(coordinate)
                                     : box.lower[j] + (box.upper[j] - box.lower[j]) * random_.uniform();
      if (!coordinate.children.empty()) wake_children(j, cube, centre);
    }
    add_allowed(std::move(cube), points);
  }
  return points;
}

void CandidateSource::add_moves(const Point& point, std::size_t j, const Box& box, std::vector<Move>& moves) const {
  const Coordinate& coordinate = encoding_[j];
  if (coordinate.unordered) {
    const double now = cell_at(point.cube[j], coordinate.cells);
    for (double cell = 0; cell < coordinate.cells; ++cell)
      if (cell != now) moves.push_back({j, centre_of_cell(cell, coordinate.cells)});
    return;
  }
  // On a log scale cells differ in width; steps of the value are what its neighbours are.
  const tuner_parameter& parameter = encoding_.space()[j];
  for (const double step : kCellSteps)
    for (const double sign : {-1.0, 1.0}) {
      std::vector<double> moved = point.configuration;
      moved[j] += sign * step * parameter.step;
      if (moved[j] < parameter.low - 1e-9 || moved[j] > parameter.high + 1e-9) continue;
      const double u = encoding_.space().to_unit(moved)[j];
      if (u >= box.lower[j] && u <= box.upper[j]) moves.push_back({j, u});
    }
}

std::vector<Point> CandidateSource::neighbours(const Point& point, const Box& box, std::size_t most) {
  std::vector<Move> moves;
  for (std::size_t j = 0; j < encoding_.size(); ++j)
    if (!encoding_[j].is_fixed() && point.is_active(j) && std::isfinite(encoding_[j].cells))
      add_moves(point, j, box, moves);
  for (std::size_t i = 0; i < most && moves.size() > most; ++i)  // the first `most` of a shuffle
    std::swap(moves[i], moves[i + random_.below(moves.size() - i)]);
  moves.resize(std::min(most, moves.size()));
  std::vector<Point> points;
  points.reserve(moves.size());
  for (const Move& move : moves) {
    std::vector<double> cube = point.cube;
    cube[move.parameter] = move.u;
    wake_children(move.parameter, cube, point);
    add_allowed(std::move(cube), points);
  }
  return points;
}

}  // namespace tuner::strategies::bayes
