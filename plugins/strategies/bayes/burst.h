// What suggestions of one ask share. Where many are wanted at once they use the same candidates for a while, which
// follow the fantasies of those that were chosen, and are climbed to less far.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "plugins/strategies/bayes/maximizer.h"

namespace tuner::strategies::bayes {

class Burst {
 public:
  // `rows` of the model: candidates cost their square.
  Burst(std::size_t wanted, std::size_t rows) : shares_(wanted >= kFewest), few_rows_(rows <= kFewRows) {}

  SearchEffort effort() const;
  // The candidates for a suggestion over the space or a local one; those of `draw`, which is told how many, where the
  // last ones were used often enough.
  Pool& pool(bool local, const std::vector<GaussianProcess>& processes,
             const std::function<std::vector<Point>(std::size_t)>& draw);
  void forget() { pools_ = {}; }  // the fantasies were replaced

 private:
  static constexpr std::size_t kFewest = 32;
  static constexpr std::size_t kFewRows = 150;

  struct Shared {
    std::optional<Pool> pool;
    std::size_t uses = 0;
  };

  bool shares_;
  bool few_rows_;
  std::array<Shared, 2> pools_ = {};  // over the space, local
};

}  // namespace tuner::strategies::bayes
