#include "plugins/strategies/bayes/small_space.h"

#include <algorithm>
#include <iterator>

#include "plugins/strategies/common/grid_walk.h"

namespace tuner::strategies::bayes {
namespace {

constexpr double kMostCells = 1000;

}  // namespace

void SmallSpace::list_points() {
  const plugin::Space& space = encoding_->space();
  std::vector<Axis> axes;
  for (std::size_t j = 0; j < encoding_->size(); ++j) axes.push_back(full_axis(space[j]));
  GridWalk walk(space, axes);
  do {
    if (space.contains(walk.configuration())) points_.push_back(encoding_->from_configuration(walk.configuration()));
  } while (walk.advance());
}

std::vector<Point> SmallSpace::points_where(const std::function<bool(const Point&)>& holds) {
  if (points_.empty() && encoding_->space().cells() <= kMostCells) list_points();
  std::vector<Point> points;
  std::copy_if(points_.begin(), points_.end(), std::back_inserter(points), holds);
  return points;
}

}  // namespace tuner::strategies::bayes
