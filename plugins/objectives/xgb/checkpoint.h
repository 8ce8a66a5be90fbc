// What a trial has when it is interrupted, and the file that keeps it for the next attempt.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "plugins/objectives/xgb/parameters.h"
#include "plugins/objectives/xgb/problem.h"

namespace tuner::xgb {

// How one fold came out, by its best round.
struct FoldScore {
  double value = 0;
  int rounds = 0;
  double model_bytes = 0;
};

// Between two rounds of a cross-validation.
struct CrossValidationState {
  std::vector<FoldScore> done;
  // Of the fold after those: nothing at round 0.
  int round = 0;
  FoldScore best = {};
  std::string model = {};
  double seconds = 0;  // that all of it has taken
};

// A text that is the same for two trials only where one can go on from what the other one saved: what is trained, how
// it is judged, the data, and XGBoost's version. Not the threads.
std::string owner_text(const Problem& problem, const Training& training);

// Replaces the file as a whole. Throws std::runtime_error.
void write_checkpoint(const std::filesystem::path& file, const std::string& owner, const CrossValidationState& state);

// Nothing where there is no file. Throws std::runtime_error where it is damaged or another trial's.
std::optional<CrossValidationState> read_checkpoint(const std::filesystem::path& file, const std::string& owner);

}  // namespace tuner::xgb
