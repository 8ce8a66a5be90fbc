// Which rows are held out, and which fold validates which of the others: a function of the labels and one seed.
#pragma once

#include <cstdint>
#include <vector>

#include "plugins/objectives/xgb/dataset.h"

namespace tuner::xgb {

using Rows = std::vector<std::size_t>;  // positions in the data set, ascending

struct SplitOptions {
  std::size_t folds = 5;
  double holdout = 0.2;  // share of the rows, in [0, 0.9]
  std::uint64_t seed = 0;
};

// Every row is in `holdout` or in exactly one of `folds`. Stratified by class: any two folds differ by at most one row
// of a class, and the hold-out part has its share of each class, rounded up or down. The hold-out part does not depend
// on the number of folds.
struct Splits {
  Rows holdout;
  std::vector<Rows> folds;

  Rows search_rows() const;                    // all that the search may see
  Rows training_rows(std::size_t fold) const;  // the search's rows without those of one fold
};

// Throws plugin::UserMistake where the data has too few rows, or too few of a class.
Splits make_splits(const Dataset& data, const SplitOptions& options);

}  // namespace tuner::xgb
