#include "plugins/strategies/common/untried.h"

#include <algorithm>

#include "plugins/strategies/common/hash.h"

namespace tuner::strategies {
namespace {

// Up to here all places are listed and shuffled, so that each of those that are left is equally likely.
constexpr double kMostListed = 1e6;

std::vector<Axis> full_axes(const plugin::Space& space) {
  std::vector<Axis> axes;
  for (std::size_t i = 0; i < space.size(); ++i) axes.push_back(full_axis(space[i]));
  return axes;
}

}  // namespace

void Untried::begin_ask() {
  next_ = first_;
}

std::optional<std::vector<double>> Untried::next(const TakenConfigurations& taken, std::uint64_t draw) {
  if (!walk_) {
    walk_.emplace(space_, full_axes(space_));
    if (space_.cells() <= kMostListed) list_places();
  }
  return space_.cells() <= kMostListed ? next_listed(taken) : next_from(space_.sample(seed_, draw), taken);
}

// Sorting by a hash of the number is a shuffle that does not depend on when it was made, nor on what was taken then.
void Untried::list_places() {
  walk_->go_to_number(0);
  walk_->skip_forbidden();
  do {
    places_.push_back(static_cast<std::uint32_t>(walk_->number()));
  } while (walk_->advance());
  std::sort(places_.begin(), places_.end(),
            [this](std::uint32_t a, std::uint32_t b) { return hash(seed_, a) < hash(seed_, b); });
}

std::optional<std::vector<double>> Untried::next_listed(const TakenConfigurations& taken) {
  for (; next_ < places_.size(); ++next_) {
    walk_->go_to_number(places_[next_]);
    if (!taken.is_taken(walk_->configuration())) return walk_->configuration();
    if (first_ == next_ && taken.is_trial(walk_->configuration())) ++first_;
  }
  return {};
}

std::optional<std::vector<double>> Untried::next_from(const std::vector<double>& start,
                                                      const TakenConfigurations& taken) {
  walk_->go_to(start);
  walk_->skip_forbidden();
  const GridWalk first = *walk_;
  do {
    if (!taken.is_taken(walk_->configuration())) return walk_->configuration();
    walk_->advance();
  } while (!walk_->is_at_place_of(first));
  return {};
}

}  // namespace tuner::strategies
