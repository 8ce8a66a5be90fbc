#include "storage/event_codec.h"

#include <variant>

namespace tuner {

namespace {

// The first byte of each event. Written into files: a number is never changed and never used again.
enum class EventType : std::uint8_t {
  study_created = 1,
  epoch_started = 2,
  epoch_ended = 3,
  asked = 4,
  answered = 5,
  trial_added = 6,
  discarded = 7,
  strategy_restarted = 8,
  attempt_started = 9,
  reported = 10,
  attempt_ended = 11,
  setting_changed = 12,
  holdout_scored = 13,
  attempt_returned = 14,
  rank_joined = 15,
  attempt_retried = 16,
  suspected = 17,
  rank_quarantined = 18,
  requested = 19,
  allocation_seen = 20,
  blocked = 21,
  request_refused = 22,
  kept = 23,
  job_suspended = 24,
};

// trial, two empty lists, no parent, empty note
constexpr std::size_t kLeastNewTrialBytes = 8 + 4 + 4 + 1 + 4;
// empty name, value
constexpr std::size_t kLeastNoteBytes = 4 + 8;

struct Encoder {
  ByteWriter out;

  void type(EventType type) { out.put(type); }

  void operator()(const StudyCreated& event) {
    type(EventType::study_created);
    out.put(event.definition);
  }
  void operator()(const EpochStarted& event) {
    type(EventType::epoch_started);
    out.put(event.epoch);
    out.put(event.time);
    out.put(event.facts);
  }
  void operator()(const EpochEnded& event) {
    type(EventType::epoch_ended);
    out.put(event.time);
    out.put(event.reason);
  }
  void operator()(const Asked& event) {
    type(EventType::asked);
    out.put(event.ask);
    out.put(event.want);
    out.put(event.told);
  }
  void operator()(const Answered& event) {
    type(EventType::answered);
    out.put(event.ask);
    out.put(event.exhausted);
    out.put(static_cast<std::uint32_t>(event.trials.size()));
    for (const auto& trial : event.trials) put(trial);
  }
  void operator()(const TrialAdded& event) {
    type(EventType::trial_added);
    out.put(event.origin);
    put(event.trial);
  }
  void operator()(const Discarded& event) {
    type(EventType::discarded);
    out.put(event.trial);
  }
  void operator()(const StrategyRestarted& event) {
    type(EventType::strategy_restarted);
    out.put(event.reason);
  }
  void operator()(const AttemptStarted& event) {
    type(EventType::attempt_started);
    out.put(event.trial);
    out.put(event.attempt);
    out.put(event.rank);
    out.put(event.time);
  }
  void operator()(const Reported& event) {
    type(EventType::reported);
    out.put(event.trial);
    out.put(event.attempt);
    out.put(event.step);
    out.put(event.value);
  }
  void operator()(const AttemptEnded& event) {
    type(EventType::attempt_ended);
    out.put(event.trial);
    out.put(event.attempt);
    out.put(event.cause);
    out.put(event.time);
    out.put(event.duration_s);
    out.put(event.values);
    out.put(event.constraints);
    out.put(static_cast<std::uint32_t>(event.notes.size()));
    for (const auto& [key, value] : event.notes) {
      out.put(key);
      out.put(value);
    }
    out.put(event.message);
  }
  void operator()(const SettingChanged& event) {
    type(EventType::setting_changed);
    out.put(event.name);
    out.put(event.value);
  }
  void operator()(const HoldoutScored& event) {
    type(EventType::holdout_scored);
    out.put(event.trial);
    out.put(event.time);
    out.put(event.metrics);
  }

  void operator()(const AttemptReturned& event) {
    type(EventType::attempt_returned);
    out.put(event.trial);
    out.put(event.attempt);
  }
  void operator()(const RankJoined& event) {
    type(EventType::rank_joined);
    out.put(event.rank);
    out.put(event.host);
  }
  void operator()(const AttemptRetried& event) {
    type(EventType::attempt_retried);
    out.put(event.trial);
    out.put(event.attempt);
    out.put(event.cause);
    out.put(event.time);
    out.put(event.duration_s);
    out.put(event.message);
  }
  void operator()(const Suspected& event) {
    type(EventType::suspected);
    out.put(event.trial);
    out.put(event.time);
    out.put(event.reason);
  }
  void operator()(const RankQuarantined& event) {
    type(EventType::rank_quarantined);
    out.put(event.rank);
    out.put(event.time);
    out.put(event.reason);
  }

  void operator()(const Requested& event) {
    type(EventType::requested);
    put(event);
  }
  void operator()(const AllocationSeen& event) {
    type(EventType::allocation_seen);
    out.put(event.start);
    out.put(event.end);
    out.put(event.source);
  }
  void operator()(const Blocked& event) {
    type(EventType::blocked);
    out.put(event.time);
    out.put(event.reason);
  }
  void operator()(const RequestRefused& event) {
    type(EventType::request_refused);
    put(event.request);
    out.put(event.reason);
  }
  void operator()(const Kept& event) {
    type(EventType::kept);
    out.put(event.trial);
    out.put(event.attempt);
    out.put(event.after_s);
  }
  void operator()(const JobSuspended& event) {
    type(EventType::job_suspended);
    out.put(event.time);
    out.put(event.seconds);
  }

  void put(const Requested& request) {
    out.put(request.request);
    out.put(request.time);
    out.put(request.by);
    out.put(request.configuration);
  }
  void put(const NewTrial& trial) {
    out.put(trial.trial);
    out.put(trial.configuration);
    out.put(trial.fidelities);
    out.put(static_cast<std::uint8_t>(trial.parent.has_value()));
    if (trial.parent) out.put(*trial.parent);
    out.put(trial.note);
  }
};

template <class Enum>
Enum get_up_to(ByteReader& in, Enum last, const char* name) {
  const auto value = in.get<Enum>();
  if (value > last) throw MalformedBytes(std::string("unknown ") + name);
  return value;
}

std::uint8_t get_flag(ByteReader& in) {
  const auto value = in.get<std::uint8_t>();
  if (value > 1) throw MalformedBytes("a flag is neither 0 nor 1");
  return value;
}

// In braces the fields are read in the order in which they are written here.
NewTrial get_new_trial(ByteReader& in) {
  NewTrial trial{.trial = in.get<TrialId>(),
                 .configuration = in.numbers<double>(),
                 .fidelities = in.numbers<double>(),
                 .parent = {},
                 .note = {}};
  if (get_flag(in) == 1) trial.parent = in.get<TrialId>();
  trial.note = in.text();
  return trial;
}

Answered get_answered(ByteReader& in) {
  Answered event{.ask = in.get<AskNumber>(), .exhausted = get_flag(in), .trials = {}};
  event.trials.resize(in.count(kLeastNewTrialBytes));
  for (auto& trial : event.trials) trial = get_new_trial(in);
  return event;
}

AttemptEnded get_attempt_ended(ByteReader& in) {
  AttemptEnded event{.trial = in.get<TrialId>(),
                     .attempt = in.get<std::uint32_t>(),
                     .cause = get_up_to(in, Cause::preempted, "cause"),
                     .time = in.get<double>(),
                     .duration_s = in.get<double>(),
                     .values = in.numbers<double>(),
                     .constraints = in.numbers<double>(),
                     .notes = {},
                     .message = {}};
  event.notes.resize(in.count(kLeastNoteBytes));
  for (auto& [key, value] : event.notes) {
    key = in.text();
    value = in.get<double>();
  }
  event.message = in.text();
  return event;
}

Requested get_request(ByteReader& in) {
  return {get_up_to(in, RequestKind::enqueue, "request"), in.get<double>(), in.text(), in.text()};
}

Event get_event(ByteReader& in) {
  switch (in.get<EventType>()) {
    case EventType::study_created:
      return StudyCreated{in.text()};
    case EventType::epoch_started:
      return EpochStarted{in.get<EpochNumber>(), in.get<double>(), in.text()};
    case EventType::epoch_ended:
      return EpochEnded{in.get<double>(), in.text()};
    case EventType::asked:
      return Asked{in.get<AskNumber>(), in.get<std::uint32_t>(), in.get<std::uint64_t>()};
    case EventType::answered:
      return get_answered(in);
    case EventType::trial_added:
      return TrialAdded{get_up_to(in, Origin::imported, "origin"), get_new_trial(in)};
    case EventType::discarded:
      return Discarded{in.get<TrialId>()};
    case EventType::strategy_restarted:
      return StrategyRestarted{in.text()};
    case EventType::attempt_started:
      return AttemptStarted{in.get<TrialId>(), in.get<std::uint32_t>(), in.get<RankId>(), in.get<double>()};
    case EventType::attempt_returned:
      return AttemptReturned{in.get<TrialId>(), in.get<std::uint32_t>()};
    case EventType::reported:
      return Reported{in.get<TrialId>(), in.get<std::uint32_t>(), in.get<std::int64_t>(), in.get<double>()};
    case EventType::attempt_ended:
      return get_attempt_ended(in);
    case EventType::setting_changed:
      return SettingChanged{in.text(), in.text()};
    case EventType::holdout_scored:
      return HoldoutScored{in.get<TrialId>(), in.get<double>(), in.text()};
    case EventType::rank_joined:
      return RankJoined{in.get<RankId>(), in.text()};
    case EventType::attempt_retried:
      return AttemptRetried{in.get<TrialId>(), in.get<std::uint32_t>(), get_up_to(in, Cause::preempted, "cause"),
                            in.get<double>(),  in.get<double>(),        in.text()};
    case EventType::suspected:
      return Suspected{in.get<TrialId>(), in.get<double>(), in.text()};
    case EventType::rank_quarantined:
      return RankQuarantined{in.get<RankId>(), in.get<double>(), in.text()};
    case EventType::requested:
      return get_request(in);
    case EventType::allocation_seen:
      return AllocationSeen{in.get<double>(), in.get<double>(), in.text()};
    case EventType::blocked:
      return Blocked{in.get<double>(), in.text()};
    case EventType::request_refused:
      return RequestRefused{get_request(in), in.text()};
    case EventType::kept:
      return Kept{in.get<TrialId>(), in.get<std::uint32_t>(), in.get<double>()};
    case EventType::job_suspended:
      return JobSuspended{in.get<double>(), in.get<double>()};
  }
  throw MalformedBytes("unknown type of event");
}

}  // namespace

void encode(const Event& event, Bytes& out) {
  std::visit(Encoder{ByteWriter(out)}, event);
}

Event decode(std::span<const std::byte> bytes) {
  ByteReader in(bytes);
  Event event = get_event(in);
  in.expect_end();
  return event;
}

}  // namespace tuner
