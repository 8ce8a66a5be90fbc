// The configurations of a finite space that no trial has had yet. For the end of a study, when drawing at random hits
// only what is taken.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "plugins/strategies/common/grid_walk.h"
#include "plugins/strategies/common/taken_configurations.h"
#include "tuner/strategy.h"

namespace tuner::strategies {

class Untried {
 public:
  Untried(const plugin::Space& space, std::uint64_t seed) : space_(space), seed_(seed) {}

  void begin_ask();

  // One of the allowed configurations that are neither trials nor suggestions of this ask, or nothing where none is
  // left; a function of the seed, of what is taken and, in spaces of over a million cells, of `draw`.
  std::optional<std::vector<double>> next(const TakenConfigurations& taken, std::uint64_t draw);

 private:
  std::optional<std::vector<double>> next_listed(const TakenConfigurations& taken);
  std::optional<std::vector<double>> next_from(const std::vector<double>& start, const TakenConfigurations& taken);
  void list_places();

  plugin::Space space_;
  std::uint64_t seed_;
  std::optional<GridWalk> walk_;
  std::vector<std::uint32_t> places_;  // numbers of all allowed places, shuffled by the seed
  std::size_t first_ = 0;              // all places before it are trials
  std::size_t next_ = 0;               // all places before it are taken in this ask
};

}  // namespace tuner::strategies
