#include "core/trial.h"

#include <array>

namespace tuner {

std::string_view name_of(TrialState state) {
  static constexpr std::array<std::string_view, 6> kNames = {"waiting", "running", "complete",
                                                             "pruned",  "failed",  "discarded"};
  return kNames[static_cast<std::size_t>(state)];
}

std::string_view name_of(Cause cause) {
  static constexpr std::array<std::string_view, 9> kNames = {
      "value", "pruned", "bad_value", "exception", "crash", "timeout", "out_of_memory", "lost", "preempted"};
  return kNames[static_cast<std::size_t>(cause)];
}

std::string_view name_of(Origin origin) {
  static constexpr std::array<std::string_view, 5> kNames = {"strategy", "enqueued", "fallback", "replicate",
                                                             "imported"};
  return kNames[static_cast<std::size_t>(origin)];
}

}  // namespace tuner
