#include "mpi_runner/plugin_host/protocol.h"

#include <array>
#include <tuple>
#include <utility>

namespace tuner::protocol {
namespace {

// The fields of each message in the order of their bytes; writer and reader both follow it.
template <class Message>
constexpr std::tuple<> kFields;

template <>
constexpr auto kFields<DeclareSpace> = std::tuple{&DeclareSpace::options};
template <>
constexpr auto kFields<ListInputs> = std::tuple{&ListInputs::options};
template <>
constexpr auto kFields<Goal> =
    std::tuple{&Goal::maximize, &Goal::constraint_count, &Goal::fidelity_low, &Goal::fidelity_high};
template <>
constexpr auto kFields<CreateObjective> = std::tuple{&CreateObjective::space,   &CreateObjective::goal,
                                                     &CreateObjective::options, &CreateObjective::trials_directory,
                                                     &CreateObjective::threads, &CreateObjective::checkpoint_every_s};
template <>
constexpr auto kFields<Evaluate> = std::tuple{&Evaluate::trial,  &Evaluate::attempt,       &Evaluate::seed,
                                              &Evaluate::parent, &Evaluate::configuration, &Evaluate::fidelities};
template <>
constexpr auto kFields<Stop> = std::tuple{&Stop::trial, &Stop::attempt, &Stop::reason};
template <>
constexpr auto kFields<Refit> = std::tuple{&Refit::part, &Refit::seed, &Refit::configuration, &Refit::directory};
template <>
constexpr auto kFields<CreateStrategy> =
    std::tuple{&CreateStrategy::space, &CreateStrategy::goal, &CreateStrategy::seed, &CreateStrategy::options};
template <>
constexpr auto kFields<Tell> =
    std::tuple{&Tell::trials,         &Tell::parents,      &Tell::causes,       &Tell::origins,
               &Tell::configurations, &Tell::fidelities,   &Tell::values,       &Tell::constraints,
               &Tell::report_counts,  &Tell::report_steps, &Tell::report_values};
template <>
constexpr auto kFields<Ask> = std::tuple{&Ask::number,  &Ask::want,           &Ask::suggested, &Ask::trials,
                                         &Ask::origins, &Ask::configurations, &Ask::fidelities};
template <>
constexpr auto kFields<Described> = std::tuple{&Described::is_strategy, &Described::can_refit, &Described::json};
template <>
constexpr auto kFields<Text> = std::tuple{&Text::text};
template <>
constexpr auto kFields<Failed> = std::tuple{&Failed::blame, &Failed::message};
template <>
constexpr auto kFields<Report> = std::tuple{&Report::step, &Report::value};
template <>
constexpr auto kFields<Note> = std::tuple{&Note::key, &Note::value};
template <>
constexpr auto kFields<Log> = std::tuple{&Log::level, &Log::text};
template <>
constexpr auto kFields<Evaluated> = std::tuple{&Evaluated::status, &Evaluated::duration_s, &Evaluated::values,
                                               &Evaluated::constraints, &Evaluated::message};
template <>
constexpr auto kFields<Suggested> =
    std::tuple{&Suggested::configuration, &Suggested::fidelities, &Suggested::parent, &Suggested::note};
template <>
constexpr auto kFields<Answered> = std::tuple{&Answered::number, &Answered::exhausted, &Answered::suggestions};

class Writer {
 public:
  explicit Writer(Bytes& out) : out_(out) {}

  template <class Message>
  void message(const Message& message) {
    std::apply([&](auto... field) { (put(message.*field), ...); }, kFields<Message>);
  }

 private:
  template <class T>
  requires requires(ByteWriter& out, const T& value) { out.put(value); }
  void put(const T& value) { out_.put(value); }

  void put(const Options& options) {
    out_.put(static_cast<std::uint32_t>(options.size()));
    for (const auto& [name, value] : options) {
      out_.put(name);
      out_.put(value);
    }
  }
  void put(const std::optional<TrialId>& trial) {
    out_.put(static_cast<std::uint8_t>(trial.has_value()));
    out_.put(trial.value_or(TrialId{}));
  }
  void put(const Goal& goal) { message(goal); }
  void put(const std::vector<Suggested>& suggestions) {
    out_.put(static_cast<std::uint32_t>(suggestions.size()));
    for (const Suggested& suggested : suggestions) message(suggested);
  }

  ByteWriter out_;
};

class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : in_(bytes) {}

  std::uint8_t kind() { return in_.get<std::uint8_t>(); }

  template <class Message>
  Message whole() {
    Message read = message<Message>();
    in_.expect_end();
    return read;
  }

 private:
  template <class Message>
  Message message() {
    Message read;
    std::apply([&](auto... field) { (get(read.*field), ...); }, kFields<Message>);
    return read;
  }

  template <PlainNumber T>
  void get(T& value) {
    value = in_.get<T>();
  }
  template <PlainNumber T>
  void get(std::vector<T>& values) {
    values = in_.numbers<T>();
  }
  void get(TrialId& trial) { trial = in_.get<TrialId>(); }
  void get(std::string& text) { text = in_.text(); }
  void get(Options& options) {
    for (std::size_t left = in_.count(2 * sizeof(std::uint32_t)); left > 0; --left) {
      std::string name = in_.text();
      options[std::move(name)] = in_.text();
    }
  }
  void get(std::optional<TrialId>& trial) {
    const bool present = in_.get<std::uint8_t>() != 0;
    const auto id = in_.get<TrialId>();
    if (present) trial = id;
  }
  void get(Goal& goal) { goal = message<Goal>(); }
  void get(std::vector<Suggested>& suggestions) {
    constexpr std::size_t kLeastSize = 3 * sizeof(std::uint32_t) + sizeof(std::int64_t);
    suggestions.resize(in_.count(kLeastSize));
    for (Suggested& suggested : suggestions) suggested = message<Suggested>();
  }

  ByteReader in_;
};

template <class Variant>
void append_any(Bytes& out, const Variant& message) {
  const std::size_t start = out.size();
  ByteWriter header(out);
  header.put(std::uint32_t{0});
  header.put(static_cast<std::uint8_t>(message.index()));

  std::visit([&](const auto& one) { Writer(out).message(one); }, message);

  const auto length = static_cast<std::uint32_t>(out.size() - start - sizeof(std::uint32_t));
  std::memcpy(out.data() + start, &length, sizeof length);
}

template <class Variant>
Variant read_any(std::span<const std::byte> frame) {
  constexpr auto kReaders = []<std::size_t... I>(std::index_sequence<I...>) {
    using Read = Variant (*)(Reader&);
    return std::array<Read, sizeof...(I)>{
        [](Reader& in) { return Variant(in.whole<std::variant_alternative_t<I, Variant>>()); }...};
  }
  (std::make_index_sequence<std::variant_size_v<Variant>>());

  Reader in(frame);
  const std::uint8_t kind = in.kind();
  if (kind >= kReaders.size()) throw MalformedBytes("a message of an unknown kind");
  return kReaders[kind](in);
}

}  // namespace

void append_frame(Bytes& out, const Request& request) {
  append_any(out, request);
}
void append_frame(Bytes& out, const Reply& reply) {
  append_any(out, reply);
}

Request read_request(std::span<const std::byte> frame) {
  return read_any<Request>(frame);
}
Reply read_reply(std::span<const std::byte> frame) {
  return read_any<Reply>(frame);
}

}  // namespace tuner::protocol
