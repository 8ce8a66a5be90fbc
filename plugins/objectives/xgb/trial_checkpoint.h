// The checkpoint of one running trial: in its folder, written when it is due.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "plugins/objectives/xgb/checkpoint.h"
#include "tuner/objective.h"

namespace tuner::xgb {

// Failures to read and to write are logged: a trial without its checkpoint takes longer, and is no worse.
class TrialCheckpoint {
 public:
  // `owner` as of owner_text().
  TrialCheckpoint(const plugin::Trial& trial, std::string owner) : trial_(trial), owner_(std::move(owner)) {}

  // What an earlier attempt of the trial has left; the beginning where there is nothing of use.
  CrossValidationState load();

  void save_if_due(CrossValidationState state);

  // It has served.
  void remove();

  double seconds() const;  // that all attempts have taken, without what was lost

 private:
  std::filesystem::path file() const { return std::filesystem::path(trial_.directory()) / "checkpoint"; }

  const plugin::Trial& trial_;
  std::string owner_;
  bool exists_ = false;
  double earlier_seconds_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace tuner::xgb
