// What is known of one trial, without its configuration and values, which the study keeps in columns.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "core/ids.h"

namespace tuner {

// waiting → running → complete | pruned | failed; a lost or preempted attempt makes a running trial wait again.
// discarded: a suggestion that was taken back before it ran.
enum class TrialState : std::uint8_t { waiting, running, complete, pruned, failed, discarded };

// How an attempt ended. The first seven are those of tuner/abi.h.
enum class Cause : std::uint8_t { value, pruned, bad_value, exception, crash, timeout, out_of_memory, lost, preempted };

enum class Origin : std::uint8_t { strategy, enqueued, fallback, replicate, imported };

struct Trial {
  TrialState state = TrialState::waiting;
  Origin origin = Origin::strategy;
  Cause cause = Cause::value;     // of the last attempt that ended
  std::uint32_t attempt = 0;      // of the last attempt that was started, from 1; 0 = none
  RankId rank;                    // of the last attempt
  std::uint32_t host = 0;         // of the last attempt: its place in Study::hosts()
  std::uint16_t lost = 0;         // attempts during which their rank, node or run died
  std::uint16_t retried = 0;      // attempts that failed and were tried once more
  std::uint32_t retried_for = 0;  // the last of these failures: its place in Study::failures()
  AskNumber ask;                  // origin strategy: the ask that this trial answers
  std::uint32_t known = 0;        // results that were known when the trial was chosen
  std::uint32_t pending = 0;      // trials that were pending then
  std::optional<TrialId> parent;
  double started = std::numeric_limits<double>::quiet_NaN();     // last attempt, seconds since 1970
  double ended = std::numeric_limits<double>::quiet_NaN();       // seconds since 1970
  double duration_s = std::numeric_limits<double>::quiet_NaN();  // of the attempt that ended, measured by its worker

  bool finished() const { return state > TrialState::running && state != TrialState::discarded; }
  bool is_pending() const { return state <= TrialState::running; }
  bool has_ended_attempt() const { return finished() || attempt > (state == TrialState::running ? 1U : 0U); }
};

// Whether the trial waits to run again after such an attempt: nothing is known to be wrong with its configuration.
inline bool runs_again(Cause cause) {
  return cause == Cause::lost || cause == Cause::preempted;
}

// Of the search itself: neither a replicate nor another study's.
inline bool is_searched(const Trial& trial) {
  return trial.origin != Origin::replicate && trial.origin != Origin::imported;
}

std::string_view name_of(TrialState state);
std::string_view name_of(Cause cause);
std::string_view name_of(Origin origin);

}  // namespace tuner
