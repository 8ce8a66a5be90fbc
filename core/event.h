// Everything that happens to a study, in the order in which it happened. The log of these events is the study: the
// journal holds it, the checkpoint holds it, and Study::apply turns it into tables. Plain data; storage/event_codec
// gives the bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/ids.h"
#include "core/request.h"
#include "core/trial.h"

namespace tuner {

// Always the first event. The definition is JSON, see core/definition.h.
struct StudyCreated {
  std::string definition;
};

// A manager took the study over. From here the strategy is a new one: created, then told all results in order.
struct EpochStarted {
  EpochNumber epoch;
  double time = 0;    // seconds since 1970
  std::string facts;  // JSON: host, pid, ranks, CPU level, versions, plugin digests
};

struct EpochEnded {
  double time = 0;
  std::string reason;  // for people: "2000 trials are done", "drained by signal USR1"
};

// A call of the strategy's ask(). Before it, the strategy has been told the first `told` results of the study, in the
// order in which they arrived; pending are the trials that were not finished at this event.
struct Asked {
  AskNumber ask;
  std::uint32_t want = 0;
  std::uint64_t told = 0;
};

// A configuration that becomes the trial of that number.
struct NewTrial {
  TrialId trial;
  std::vector<double> configuration;
  std::vector<double> fidelities;
  std::optional<TrialId> parent;
  std::string note;  // JSON: why this point
};

// What the strategy answered, possibly less than wanted.
struct Answered {
  AskNumber ask;
  std::uint8_t exhausted = 0;  // 1: there is nothing left to suggest
  std::vector<NewTrial> trials;
};

// A trial that did not come from the strategy.
struct TrialAdded {
  Origin origin = Origin::enqueued;
  NewTrial trial;
};

// A suggestion is taken back before it ran.
struct Discarded {
  TrialId trial;
};

// The strategy died or broke its contract and was started again as at an epoch's start; or, where no ask follows in the
// epoch, the run went on without it.
struct StrategyRestarted {
  std::string reason;
};

struct AttemptStarted {
  TrialId trial;
  std::uint32_t attempt = 1;
  RankId rank;
  double time = 0;
};

// A trial that was handed out together with others and had not begun goes back to wait, since one before it takes long.
// The attempt never was: the next one has its number.
struct AttemptReturned {
  TrialId trial;
  std::uint32_t attempt = 1;
};

// An intermediate value of the first objective.
struct Reported {
  TrialId trial;
  std::uint32_t attempt = 1;
  std::int64_t step = 0;
  double value = 0;
};

struct AttemptEnded {
  TrialId trial;
  std::uint32_t attempt = 1;
  Cause cause = Cause::value;
  double time = 0;
  double duration_s = 0;
  std::vector<double> values;       // one for each objective; empty unless the cause is value or pruned
  std::vector<double> constraints;  // one for each constraint
  std::vector<std::pair<std::string, double>> notes;
  std::string message;  // failures: what happened, with the last lines of output
};

// A rank can evaluate trials: it and its host, from now to the end of the epoch or until it is quarantined. One that
// was is taken back.
struct RankJoined {
  RankId rank;
  std::string host;
};

// An attempt failed in a way that its rank or host may be to blame for, so its trial waits to be tried once more.
struct AttemptRetried {
  TrialId trial;
  std::uint32_t attempt = 1;
  Cause cause = Cause::crash;
  double time = 0;
  double duration_s = 0;
  std::string message;
};

// A trial that waits to run again has run while its rank or node died too often: it has failed, as the likely reason.
struct Suspected {
  TrialId trial;
  double time = 0;
  std::string reason;
};

// The rank gets no more trials in this epoch: they fail there and succeed elsewhere.
struct RankQuarantined {
  RankId rank;
  double time = 0;
  std::string reason;
};

// A changeable option got another value.
struct SettingChanged {
  std::string name;
  std::string value;
};

// The hold-out part was looked at with the configuration of this trial.
struct HoldoutScored {
  TrialId trial;
  double time = 0;
  std::string metrics;  // JSON object
};

// Somebody asked this of the run, which then does it.
struct Requested {
  RequestKind request = RequestKind::stop;
  double time = 0;
  std::string by;             // "ada@login1, pid 12"
  std::string configuration;  // of enqueue, as typed
};

// When the time that this epoch was given began and ends; a later one counts in place of an earlier one.
struct AllocationSeen {
  double start = 0;
  double end = 0;
  std::string source;  // who said so: "SLURM_JOB_END_TIME", "scontrol show job 12", "--time-limit"
};

// The study cannot go on in the way in which it is run: to start it again changes nothing.
struct Blocked {
  double time = 0;
  std::string reason;
};

// Somebody asked this of the run, which did not do it.
struct RequestRefused {
  Requested request;
  std::string reason;
};

// What an attempt had done by then, seconds after it began, was saved for the next one to go on from.
struct Kept {
  TrialId trial;
  std::uint32_t attempt = 1;
  double after_s = 0;
};

// The job as a whole, plugins too, stood still for so long up to this time.
struct JobSuspended {
  double time = 0;
  double seconds = 0;
};

using Event = std::variant<StudyCreated, EpochStarted, EpochEnded, Asked, Answered, TrialAdded, Discarded,
                           StrategyRestarted, AttemptStarted, Reported, AttemptEnded, SettingChanged, HoldoutScored,
                           AttemptReturned, RankJoined, AttemptRetried, Suspected, RankQuarantined, Requested,
                           AllocationSeen, Blocked, RequestRefused, Kept, JobSuspended>;

}  // namespace tuner
