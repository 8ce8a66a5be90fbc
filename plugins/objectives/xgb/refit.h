// The final models of a study: one that is scored on the hold-out part, one on all data that is kept.
#pragma once

#include <string>

#include "plugins/objectives/xgb/cross_validation.h"
#include "plugins/objectives/xgb/problem.h"

namespace tuner::xgb {

// Both train for the mean number of rounds that the folds of `training` came to (their cross-validation is computed
// again: same seed, same rounds) and return metrics as a flat JSON object.

// Trains on all rows that the search saw and scores on those that it did not. Without a hold-out part nothing is
// trained, and no metric begins with "holdout_".
std::string score_on_holdout(const Problem& problem, const CrossValidation& folds, Training training);

// Trains on all rows and writes model.json (XGBoost's format) and preprocessing.json into `directory`.
std::string write_final_model(const Problem& problem, const CrossValidation& folds, Training training,
                              const std::string& directory);

}  // namespace tuner::xgb
