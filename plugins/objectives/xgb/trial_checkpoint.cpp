#include "plugins/objectives/xgb/trial_checkpoint.h"

#include <fmt/format.h>

#include <exception>
#include <system_error>
#include <utility>

namespace tuner::xgb {

CrossValidationState TrialCheckpoint::load() {
  // The first attempt has none, and most trials are too short to need a folder.
  if (trial_.attempt() == 1) return {};
  exists_ = true;
  try {
    auto state = read_checkpoint(file(), owner_);
    if (!state) return {};
    trial_.log(fmt::format("goes on after fold {}, round {} of an earlier attempt", state->done.size(), state->round));
    earlier_seconds_ = state->seconds;
    return std::move(*state);
  } catch (const std::exception& error) {
    trial_.log(fmt::format("the checkpoint of an earlier attempt is not used ({}); starts again", error.what()),
               TUNER_LOG_WARNING);
    return {};
  }
}

void TrialCheckpoint::save_if_due(CrossValidationState state) {
  if (!trial_.checkpoint_due()) return;
  exists_ = true;
  try {
    state.seconds = seconds();
    write_checkpoint(file(), owner_, state);
  } catch (const std::exception& error) {
    trial_.log(fmt::format("the checkpoint cannot be saved ({})", error.what()), TUNER_LOG_WARNING);
  }
}

void TrialCheckpoint::remove() {
  if (!exists_) return;
  std::error_code gone;
  std::filesystem::remove(file(), gone);
  std::filesystem::remove(file().string() + ".tmp", gone);
}

double TrialCheckpoint::seconds() const {
  return earlier_seconds_ + std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

}  // namespace tuner::xgb
