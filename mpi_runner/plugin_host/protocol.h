// What a rank and its plugin host say to each other: plain structs, and their bytes. One frame = length, then the
// message's kind and fields (core/bytes.h). The rank asks; the host answers each request in order, except `tell`, which
// it answers only by Failed, and `stop`, which it does not answer. Both ends are always of the same build.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/bytes.h"
#include "tuner/abi.h"

namespace tuner::protocol {

using Options = std::map<std::string, std::string>;

// The numbers of a study's goal that plugins need.
struct Goal {
  std::vector<std::uint8_t> maximize;  // one for each objective
  std::uint32_t constraint_count = 0;
  std::vector<double> fidelity_low;
  std::vector<double> fidelity_high;
};

// ---- Requests, to the host.

struct Describe {};
struct DeclareSpace {
  Options options;
};
struct ListInputs {
  Options options;
};

struct CreateObjective {
  std::string space;  // JSON
  Goal goal;
  Options options;
  std::string trials_directory;  // absolute
  std::uint32_t threads = 1;
  double checkpoint_every_s = 0;  // of a trial; 0 = whenever it can
};

struct Evaluate {
  TrialId trial;
  std::uint32_t attempt = 1;
  std::uint64_t seed = 0;
  std::optional<TrialId> parent;
  std::vector<double> configuration;
  std::vector<double> fidelities;
};

// Read by the running evaluate() through stop_reason(). Names its attempt, since that may have ended meanwhile.
struct Stop {
  TrialId trial;
  std::uint32_t attempt = 1;
  tuner_stop_reason reason = TUNER_STOP_CANCEL;
};

struct Refit {
  tuner_refit_part part = TUNER_REFIT_ALL;
  std::uint64_t seed = 0;
  std::vector<double> configuration;
  std::string directory;
};

struct CreateStrategy {
  std::string space;  // JSON
  Goal goal;
  std::uint64_t seed = 0;
  Options options;
};

// Finished trials, by columns, n rows each.
struct Tell {
  std::vector<std::uint64_t> trials;
  std::vector<std::int64_t> parents;  // -1 = none
  std::vector<tuner_cause> causes;
  std::vector<tuner_origin> origins;
  std::vector<double> configurations;  // n × parameters
  std::vector<double> fidelities;      // n × fidelities
  std::vector<double> values;          // n × objectives
  std::vector<double> constraints;     // n × constraints
  std::vector<std::uint32_t> report_counts;
  std::vector<std::int64_t> report_steps;  // those of the first trial, of the second, …
  std::vector<double> report_values;
};

struct Ask {
  std::uint64_t number = 0;
  std::uint32_t want = 1;
  std::uint64_t suggested = 0;
  // Pending trials, by columns.
  std::vector<std::uint64_t> trials;
  std::vector<tuner_origin> origins;
  std::vector<double> configurations;
  std::vector<double> fidelities;
};

struct DescribeModel {};

// The rank needs the host no longer: destroy the instance and end.
struct Finish {};

// ---- Replies, to the rank.

struct Described {
  std::uint8_t is_strategy = 0;
  std::uint8_t can_refit = 0;
  std::string json;
};

// To space, inputs, refit and describe_model.
struct Text {
  std::string text;
};

struct Created {};

enum class Blame : std::uint8_t { plugin, user };

// In place of any reply but Evaluated.
struct Failed {
  Blame blame = Blame::plugin;
  std::string message;
};

// While evaluate() runs.
struct Report {
  std::int64_t step = 0;
  double value = 0;
};
struct Note {
  std::string key;
  double value = 0;
};
// The trial was told that it is time to save what the next attempt can go on from.
struct CheckpointDue {};
struct Log {
  tuner_log_level level = TUNER_LOG_INFO;
  std::string text;
};

// evaluate() returned. The host passes on what it got; whether the values are good is the rank's to say.
struct Evaluated {
  tuner_status status = TUNER_OK;
  double duration_s = 0;
  std::vector<double> values;
  std::vector<double> constraints;
  std::string message;
};

struct Suggested {
  std::vector<double> configuration;
  std::vector<double> fidelities;
  std::int64_t parent = -1;
  std::string note;
};

struct Answered {
  std::uint64_t number = 0;
  std::uint8_t exhausted = 0;
  std::vector<Suggested> suggestions;
};

using Request = std::variant<Describe, DeclareSpace, ListInputs, CreateObjective, Evaluate, Stop, Refit, CreateStrategy,
                             Tell, Ask, DescribeModel, Finish>;
using Reply = std::variant<Described, Text, Created, Failed, Report, Note, Log, Evaluated, Answered, CheckpointDue>;

// Append one whole frame.
void append_frame(Bytes& out, const Request& request);
void append_frame(Bytes& out, const Reply& reply);

// Of a frame without its length. Throw MalformedBytes.
Request read_request(std::span<const std::byte> frame);
Reply read_reply(std::span<const std::byte> frame);

}  // namespace tuner::protocol
