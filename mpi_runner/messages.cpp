#include "mpi_runner/messages.h"

#include <utility>

#include "storage/event_codec.h"

namespace tuner {
namespace {

// One function a message for each direction; the first byte of a message is its place in the variant.

void write(ByteWriter& out, const Assignment& a) {
  out.put(a.trial);
  out.put(a.attempt);
  out.put(a.seed);
  out.put(a.configuration);
  out.put(a.fidelities);
  out.put(static_cast<std::int64_t>(a.parent ? static_cast<std::int64_t>(a.parent->value) : -1));
}

void read(ByteReader& in, Assignment& a) {
  a.trial = in.get<TrialId>();
  a.attempt = in.get<std::uint32_t>();
  a.seed = in.get<std::uint64_t>();
  a.configuration = in.numbers<double>();
  a.fidelities = in.numbers<double>();
  const auto parent = in.get<std::int64_t>();
  if (parent >= 0) a.parent = TrialId{static_cast<std::uint64_t>(parent)};
}

void write(ByteWriter& out, const HostLaunch& launch) {
  out.put(launch.executable.native());
  out.put(launch.plugin.native());
  out.put(launch.threads);
  out.put(launch.memory_limit_bytes);
  out.put(launch.start_timeout_s);
}

void read(ByteReader& in, HostLaunch& launch) {
  launch.executable = in.text();
  launch.plugin = in.text();
  launch.threads = in.get<std::uint32_t>();
  launch.memory_limit_bytes = in.get<std::uint64_t>();
  launch.start_timeout_s = in.get<double>();
}

void write(ByteWriter& out, const GoalInfo& goal) {
  out.put(static_cast<std::uint32_t>(goal.objectives.size()));
  for (const ObjectiveInfo& objective : goal.objectives) {
    out.put(objective.name);
    out.put(objective.maximize);
  }
  out.put(static_cast<std::uint32_t>(goal.constraints.size()));
  for (const std::string& constraint : goal.constraints) out.put(constraint);
  out.put(static_cast<std::uint32_t>(goal.fidelities.size()));
  for (const FidelityInfo& fidelity : goal.fidelities) {
    out.put(fidelity.name);
    out.put(fidelity.low);
    out.put(fidelity.high);
  }
}

void read(ByteReader& in, GoalInfo& goal) {
  goal.objectives.resize(in.count(5));
  for (ObjectiveInfo& objective : goal.objectives) {
    objective.name = in.text();
    objective.maximize = in.get<bool>();
  }
  goal.constraints.resize(in.count(4));
  for (std::string& constraint : goal.constraints) constraint = in.text();
  goal.fidelities.resize(in.count(20));
  for (FidelityInfo& fidelity : goal.fidelities) {
    fidelity.name = in.text();
    fidelity.low = in.get<double>();
    fidelity.high = in.get<double>();
  }
}

void write(ByteWriter& out, const std::map<std::string, std::string>& texts) {
  out.put(static_cast<std::uint32_t>(texts.size()));
  for (const auto& [name, text] : texts) {
    out.put(name);
    out.put(text);
  }
}

void read(ByteReader& in, std::map<std::string, std::string>& texts) {
  for (std::size_t left = in.count(8); left > 0; --left) {
    std::string name = in.text();
    texts[std::move(name)] = in.text();
  }
}

void write(ByteWriter& out, const WorkerSetup& message) {
  const ObjectiveSetup& setup = message.objective;
  write(out, setup.launch);
  write(out, setup.options);
  out.put(setup.space.to_json());
  write(out, setup.goal);
  out.put(setup.trials_directory.native());
  out.put(setup.trial_timeout_s);
  out.put(setup.hang_after_s);
  out.put(setup.checkpoint_every_s);
  write(out, message.digests);
  out.put(message.logs.native());
  out.put(message.rank_timeout_s);
}

WorkerSetup read_setup(ByteReader& in) {
  HostLaunch launch;
  read(in, launch);
  PluginOptions options;
  read(in, options);
  SearchSpace space = SearchSpace::from_json(in.text(), "the manager's message", SpaceAuthor::tuner);
  GoalInfo goal;
  read(in, goal);
  std::filesystem::path trials_directory = in.text();
  const double timeout_s = in.get<double>();
  const double hang_after_s = in.get<double>();
  const double checkpoint_every_s = in.get<double>();
  std::map<std::string, std::string> digests;
  read(in, digests);
  std::filesystem::path logs = in.text();
  const double rank_timeout_s = in.get<double>();
  return {{std::move(launch), std::move(options), std::move(space), std::move(goal), std::move(trials_directory),
           timeout_s, hang_after_s, checkpoint_every_s},
          std::move(digests),
          std::move(logs),
          rank_timeout_s};
}

void write(ByteWriter& out, const WorkBatch& message) {
  out.put(static_cast<std::uint32_t>(message.assignments.size()));
  for (const Assignment& assignment : message.assignments) write(out, assignment);
}

WorkBatch read_batch(ByteReader& in) {
  WorkBatch message;
  message.assignments.resize(in.count(36));
  for (Assignment& assignment : message.assignments) read(in, assignment);
  return message;
}

void write(ByteWriter&, const Alive&) {}
void write(ByteWriter&, const Leaving&) {}
void write(ByteWriter&, const Goodbye&) {}

void write(ByteWriter& out, const WorkerReady& message) {
  out.put(message.host);
}

void write(ByteWriter& out, const WorkerBroken& message) {
  out.put(message.host);
  out.put(message.message);
}

WorkerBroken read_broken(ByteReader& in) {
  WorkerBroken message;
  message.host = in.text();
  message.message = in.text();
  return message;
}

void write(ByteWriter& out, const WorkerEvents& message) {
  out.put(static_cast<std::uint32_t>(message.events.size()));
  for (const Event& event : message.events) {
    Bytes bytes;
    encode(event, bytes);
    out.put(bytes);
  }
}

WorkerEvents read_events(ByteReader& in) {
  WorkerEvents message;
  message.events.reserve(in.count(4));
  for (std::size_t left = message.events.capacity(); left > 0; --left)
    message.events.push_back(decode(in.numbers<std::byte>()));
  return message;
}

Message read_message(ByteReader& in) {
  switch (in.get<std::uint8_t>()) {
    case 0:
      return read_setup(in);
    case 1:
      return read_batch(in);
    case 2:
      return Alive{};
    case 3:
      return Goodbye{};
    case 4:
      return WorkerReady{in.text()};
    case 5:
      return read_broken(in);
    case 6:
      return read_events(in);
    case 7:
      return Leaving{};
    default:
      throw MalformedBytes("unknown kind of message");
  }
}

}  // namespace

Bytes to_bytes(const Message& message) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.put(static_cast<std::uint8_t>(message.index()));
  std::visit([&](const auto& concrete) { write(out, concrete); }, message);
  return bytes;
}

Message message_from(std::span<const std::byte> bytes) {
  ByteReader in(bytes);
  Message message = read_message(in);
  in.expect_end();
  return message;
}

}  // namespace tuner
