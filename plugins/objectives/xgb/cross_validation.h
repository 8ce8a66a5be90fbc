// Scores one configuration by training on all folds but one and predicting that one, each fold in its turn.
#pragma once

#include <functional>
#include <vector>

#include "plugins/objectives/xgb/booster.h"
#include "plugins/objectives/xgb/checkpoint.h"
#include "plugins/objectives/xgb/metric.h"
#include "plugins/objectives/xgb/parameters.h"
#include "plugins/objectives/xgb/splits.h"

namespace tuner::xgb {

// What the caller wants to know and to say in between.
struct Progress {
  std::function<void(int folds_done, double mean_loss)> fold_done = [](int, double) {};
  std::function<bool()> should_stop = [] { return false; };
  // From here another run can go on, to the same result bit for bit.
  std::function<void(const CrossValidationState&)> resting = [](const CrossValidationState&) {};
};

// Means over the folds. With early stopping a fold counts with its best round.
struct Score {
  double value = 0;               // of the metric
  double standard_deviation = 0;  // of the folds' values
  double rounds = 0;
  double model_bytes = 0;

  int whole_rounds() const;  // for training without a validation part
};

// Keeps the matrices of all folds, made once. They cache XGBoost's bins, so one object serves one thread.
class CrossValidation {
 public:
  CrossValidation(const Dataset& data, const Splits& splits);

  // Goes on from `state`, which is the beginning by default. Throws plugin::Pruned when progress.should_stop() says so.
  Score run(const Training& training, const Judgement& judgement, const Progress& progress,
            CrossValidationState state = {}) const;

 private:
  struct Fold {
    Matrix training;
    Matrix validation;
  };
  static FoldScore run_fold(const Fold& fold, const Training& training, const Judgement& judgement,
                            const Progress& progress, CrossValidationState& state);

  std::vector<Fold> folds_;
};

// All rounds on one matrix.
Booster train(const Training& training, const Matrix& matrix);

}  // namespace tuner::xgb
