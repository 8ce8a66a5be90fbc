#include "plugins/objectives/xgb/splits.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <random>

#include "tuner/plugin.h"

namespace tuner::xgb {
namespace {

using plugin::UserMistake;

Rows sorted(Rows rows) {
  std::sort(rows.begin(), rows.end());
  return rows;
}

// Class by class (for a regression all in one), in random order within a class. Each row draws its own key from an
// engine whose output the C++ standard fixes, so the order is the same with every library and after any hold-out.
Rows stratified_order(const Dataset& data, std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  std::vector<std::uint64_t> keys(data.rows());
  std::generate(keys.begin(), keys.end(), std::ref(engine));

  Rows order(data.rows());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const bool classes = data.task != Task::regression;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (classes && data.labels[a] != data.labels[b]) return data.labels[a] < data.labels[b];
    return std::pair(keys[a], a) < std::pair(keys[b], b);
  });
  return order;
}

void check_rows_per_fold(const Dataset& data, const Rows& search, std::size_t folds) {
  if (search.size() < folds)
    throw UserMistake(
        fmt::format("{} has fewer rows than folds: {} outside the hold-out part for {} folds. Try --set "
                    "folds={} or a smaller hold-out part",
                    data.source, search.size(), folds, std::max<std::size_t>(search.size(), 2)));
  std::vector<std::size_t> counts(data.classes.size());
  if (data.task != Task::regression)
    for (const std::size_t row : search) ++counts[static_cast<std::size_t>(data.labels[row])];
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] < folds)
      throw UserMistake(
          fmt::format("class '{}' of label '{}' has fewer rows than folds: {} outside the hold-out part "
                      "for {} folds. Use fewer folds, a smaller hold-out part, or merge rare classes",
                      data.classes[i], data.label_name, counts[i], folds));
}

}  // namespace

Rows Splits::search_rows() const {
  return training_rows(folds.size());
}

Rows Splits::training_rows(std::size_t fold) const {
  Rows rows;
  for (std::size_t i = 0; i < folds.size(); ++i)
    if (i != fold) rows.insert(rows.end(), folds[i].begin(), folds[i].end());
  return sorted(std::move(rows));
}

Splits make_splits(const Dataset& data, const SplitOptions& options) {
  Splits splits;
  Rows search;
  const Rows order = stratified_order(data, options.seed);
  for (std::size_t i = 0; i < order.size(); ++i) {
    // Every 1/holdout-th row of the order: each class gives its share.
    const auto taken = [&](std::size_t count) { return std::floor(static_cast<double>(count) * options.holdout); };
    (taken(i + 1) > taken(i) ? splits.holdout : search).push_back(order[i]);
  }
  if (options.holdout > 0 && splits.holdout.empty())
    throw UserMistake(fmt::format("{} has {} rows, too few to hold a share of {} out. Try --set holdout=0", data.source,
                                  data.rows(), options.holdout));
  check_rows_per_fold(data, search, options.folds);

  splits.holdout = sorted(std::move(splits.holdout));
  splits.folds.resize(options.folds);
  for (std::size_t i = 0; i < search.size(); ++i) splits.folds[i % options.folds].push_back(search[i]);
  for (Rows& fold : splits.folds) std::sort(fold.begin(), fold.end());
  return splits;
}

}  // namespace tuner::xgb
