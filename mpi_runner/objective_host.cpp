#include "mpi_runner/objective_host.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/error.h"
#include "mpi_runner/bad_value.h"
#include "mpi_runner/plugin_goal.h"
#include "mpi_runner/plugin_host/stack_dump.h"

namespace tuner {
namespace {

// Taken in one turn: an objective that reports without end must not keep the rank from its other work.
constexpr std::size_t kMostReplies = 10'000;
// A host that was asked for its stack gets so long for it, also on a machine that is short of memory.
constexpr double kStackPatience_s = 10;
// Different notes of one attempt.
constexpr std::size_t kMostNotes = 1'000;
// Of one attempt. The study keeps them all, so one that reports for ever would fill memory and disk.
constexpr std::uint64_t kMostReports = 1'000'000;
constexpr int kMostDeathsInCreate = 3;

template <class Seconds>
auto duration(Seconds seconds) {
  return std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(seconds));
}

}  // namespace

ObjectiveHost::ObjectiveHost(ObjectiveSetup setup) : setup_(std::move(setup)) {
  setup_.trials_directory = std::filesystem::absolute(setup_.trials_directory);
  start_host();
}

ObjectiveHost::~ObjectiveHost() {
  if (process_ && created_ && !busy()) process_->finish();
}

void ObjectiveHost::start_host() {
  created_ = false;
  if (setup_.before_start) setup_.before_start();
  note_host("started");
  process_.emplace(setup_.launch);
  process_->on_output(setup_.on_output);
  host_started_ = Clock::now();
  process_->send(protocol::CreateObjective{setup_.space.to_json(), goal_for_plugin(setup_.goal), setup_.options,
                                           setup_.trials_directory, setup_.launch.threads, setup_.checkpoint_every_s});
}

void ObjectiveHost::start(const Assignment& assignment) {
  assert(!busy());
  if (process_ && created_) process_->receive();  // notices a host that died while it had nothing to do
  if (process_ && process_->end() && created_) process_.reset();
  running_ = Running{.assignment = assignment};
  if (!process_) start_host();
  if (created_) begin_attempt();
}

void ObjectiveHost::begin_attempt() {
  const Assignment& assignment = running_->assignment;
  process_->forget_output();
  running_->begun = true;
  running_->began = Clock::now();
  running_->last_sign = running_->began;
  running_->printed_bytes = process_->printed_bytes();
  process_->send(protocol::Evaluate{assignment.trial, assignment.attempt, assignment.seed, assignment.parent,
                                    assignment.configuration, assignment.fidelities});
  if (running_->stop != TUNER_CONTINUE) send_stop();
}

void ObjectiveHost::stop(tuner_stop_reason reason) {
  if (!running_) return;
  running_->stop = reason;
  if (running_->begun) send_stop();
}

void ObjectiveHost::send_stop() {
  process_->send(protocol::Stop{running_->assignment.trial, running_->assignment.attempt, running_->stop});
}

std::vector<Event> ObjectiveHost::advance() {
  std::vector<Event> events;
  excuse_suspension();
  if (!process_) return events;
  backlog_ = false;
  std::size_t replies = 0;
  for (; replies < kMostReplies; ++replies) {
    const auto reply = process_->receive();
    if (!reply) break;
    on_reply(*reply, events);
    if (std::holds_alternative<protocol::Evaluated>(*reply)) return events;  // nothing can have come after it
  }
  backlog_ = replies == kMostReplies;
  look_for_signs(replies);
  if (const auto end = process_->end()) {
    on_host_end(*end, events);
  } else if (running_ && running_->reports > kMostReports) {
    end_attempt(events, failed(Cause::bad_value,
                               fmt::format("reported more than {} intermediate values and was killed: the study keeps "
                                           "them all. Report less often",
                                           kMostReports)));
  } else if (const auto due = deadline(); due && Clock::now() >= *due) {
    on_deadline(events);
  }
  return events;
}

// No time-out runs on meanwhile, and what a trial takes is without it.
void ObjectiveHost::excuse_suspension() {
  const double away_s = suspension_.seconds_since_last_call();
  if (away_s == 0) return;
  host_started_ += duration(away_s);
  if (!running_) return;
  running_->stood_still_s += away_s;
  running_->began += duration(away_s);
  running_->last_sign += duration(away_s);
}

void ObjectiveHost::look_for_signs(std::size_t replies) {
  if (!running_ || (replies == 0 && process_->printed_bytes() == running_->printed_bytes)) return;
  running_->last_sign = Clock::now();
  running_->printed_bytes = process_->printed_bytes();
}

void ObjectiveHost::on_reply(const protocol::Reply& reply, std::vector<Event>& events) {
  if (std::holds_alternative<protocol::Created>(reply)) {
    created_ = true;
    deaths_in_create_ = 0;
    note_host("ready");
    if (running_) begin_attempt();
  } else if (const auto* failed = std::get_if<protocol::Failed>(&reply)) {
    fail_create(*failed);
  } else if (const auto* log = std::get_if<protocol::Log>(&reply)) {
    on_log(*log);
  } else if (!running_) {
    return;  // said too late to belong to a trial
  } else if (const auto* report = std::get_if<protocol::Report>(&reply)) {
    if (++running_->reports > kMostReports) return;
    events.emplace_back(
        Reported{running_->assignment.trial, running_->assignment.attempt, report->step, report->value});
  } else if (const auto* note = std::get_if<protocol::Note>(&reply)) {
    on_note(*note);
  } else if (std::holds_alternative<protocol::CheckpointDue>(reply)) {
    const double after_s = std::chrono::duration<double>(Clock::now() - running_->began).count();
    events.emplace_back(Kept{running_->assignment.trial, running_->assignment.attempt, after_s});
  } else if (const auto* evaluated = std::get_if<protocol::Evaluated>(&reply)) {
    events.emplace_back(ended_by(*evaluated));
    running_.reset();
  }
}

void ObjectiveHost::on_log(const protocol::Log& log) {
  if (setup_.on_log)
    setup_.on_log(log.level, printable(log.text));
  else
    process_->output().append(log.text + "\n");
}

void ObjectiveHost::on_note(const protocol::Note& note) {
  auto& notes = running_->notes;
  std::string key = printable(note.key);
  const auto same = std::find_if(notes.begin(), notes.end(), [&](const auto& known) { return known.first == key; });
  if (same != notes.end())
    same->second = note.value;
  else if (notes.size() < kMostNotes)
    notes.emplace_back(std::move(key), note.value);
}

AttemptEnded ObjectiveHost::ended_by(const protocol::Evaluated& evaluated) {
  const bool right_counts = evaluated.values.size() == setup_.goal.objectives.size() &&
                            evaluated.constraints.size() == setup_.goal.constraints.size();
  AttemptEnded ended;
  switch (evaluated.status) {
    case TUNER_OK:
      if (!right_counts) return failed(Cause::crash, "damaged its host's memory (the counts of values are wrong)");
      if (const std::string bad = bad_value(setup_.goal, evaluated.values, evaluated.constraints); !bad.empty())
        return failed(Cause::bad_value, bad);
      ended = outcome(Cause::value);
      break;
    case TUNER_PRUNED:
      ended = outcome(running_->stop == TUNER_STOP_CANCEL ? Cause::preempted : Cause::pruned);
      break;
    case TUNER_FAILED:
    case TUNER_USER_MISTAKE:
      return failed(Cause::exception, evaluated.message.empty() ? "failed without a reason" : evaluated.message);
    default:
      return failed(Cause::exception, fmt::format("returned status {} from evaluate(), which means nothing there "
                                                  "(see tuner/abi.h)",
                                                  evaluated.status));
  }
  ended.duration_s = std::max(0.0, evaluated.duration_s - running_->stood_still_s);
  ended.values = evaluated.values;
  ended.constraints = evaluated.constraints;
  return ended;
}

AttemptEnded ObjectiveHost::outcome(Cause cause) {
  AttemptEnded ended;
  ended.trial = running_->assignment.trial;
  ended.attempt = running_->assignment.attempt;
  ended.cause = cause;
  ended.duration_s = std::chrono::duration<double>(Clock::now() - running_->began).count();
  ended.notes = std::move(running_->notes);
  if (setup_.keep_output) keep_output(process_->output());
  return ended;
}

void ObjectiveHost::keep_output(const OutputTail& output) const {
  if (!running_->stack_asked) {
    if (!output.text().empty())
      setup_.keep_output(running_->assignment.trial, running_->assignment.attempt, output.text());
    return;
  }
  OutputTail all = running_->printed_before;
  all.append(output.text());
  setup_.keep_output(running_->assignment.trial, running_->assignment.attempt, all.text());
}

void ObjectiveHost::note_host(std::string_view what) const {
  if (setup_.on_host) setup_.on_host(what);
}

AttemptEnded ObjectiveHost::failed(Cause cause, const std::string& problem) {
  AttemptEnded ended = outcome(cause);
  ended.message = with_output(printable(problem), process_->output());
  return ended;
}

void ObjectiveHost::on_host_end(const HostEnd& end, std::vector<Event>& events) {
  note_host(end.what);
  if (!created_) {
    // Somebody killed it, or memory was short for a moment; what fails by itself fails each time.
    if (++deaths_in_create_ < kMostDeathsInCreate) return start_host();
    fail_create({protocol::Blame::plugin, end.what + ", while it was created"});
  }
  if (!running_) return process_.reset();  // the next start() makes a new one
  end_attempt(events, running_->stack_asked ? hung() : failed(end.cause, end.what));
}

// The host is of no more use.
void ObjectiveHost::end_attempt(std::vector<Event>& events, AttemptEnded ended) {
  events.emplace_back(std::move(ended));
  running_.reset();
  start_host();
}

void ObjectiveHost::on_deadline(std::vector<Event>& events) {
  if (!created_)
    fail_create(
        {protocol::Blame::plugin, fmt::format("took longer than {} s to create", setup_.launch.start_timeout_s)});
  if (running_->stack_asked) return end_attempt(events, hung());
  if (!is_over_time()) return ask_for_stack();
  end_attempt(events, failed(Cause::timeout, fmt::format("took longer than {} s and was killed (--trial-timeout)",
                                                         setup_.trial_timeout_s)));
}

bool ObjectiveHost::is_over_time() const {
  return setup_.trial_timeout_s > 0 && Clock::now() >= running_->began + duration(setup_.trial_timeout_s);
}

void ObjectiveHost::ask_for_stack() {
  running_->printed_before = process_->output();
  process_->forget_output();
  process_->ask_for_stack();
  running_->stack_asked = Clock::now();
}

AttemptEnded ObjectiveHost::hung() {
  AttemptEnded ended = outcome(Cause::timeout);
  const std::string stack = process_->output().last_lines();
  ended.message = with_output(
      fmt::format("said nothing for {} s and was killed (--hang-after); {}", setup_.hang_after_s,
                  stack.empty() ? "where it was is not known" : "it was here, the innermost call first:\n" + stack),
      running_->printed_before);
  return ended;
}

void ObjectiveHost::fail_create(const protocol::Failed& why) {
  const auto& plugin = setup_.launch.plugin;
  const std::string text = printable(why.message);
  const std::string message = with_output(named("objective", plugin) + " " + text, process_->output());
  process_.reset();
  running_.reset();
  if (why.blame == protocol::Blame::user)
    throw UserError(fmt::format("objective '{}': {}", plugin.stem().string(), text));
  throw PluginError(message);
}

std::optional<ObjectiveHost::Clock::time_point> ObjectiveHost::deadline() const {
  if (!process_ || setup_.launch.debugger != HostLaunch::Debugger::none) return std::nullopt;
  if (!created_) return host_started_ + duration(setup_.launch.start_timeout_s);
  return running_ ? trial_deadline() : std::nullopt;
}

std::optional<ObjectiveHost::Clock::time_point> ObjectiveHost::trial_deadline() const {
  if (running_->stack_asked) {
    const bool is_printed = process_->printed(kEndOfStack);
    return is_printed ? *running_->stack_asked : *running_->stack_asked + duration(kStackPatience_s);
  }
  std::optional<Clock::time_point> due;
  if (setup_.trial_timeout_s > 0) due = running_->began + duration(setup_.trial_timeout_s);
  if (setup_.hang_after_s <= 0) return due;
  const Clock::time_point hangs = running_->last_sign + duration(setup_.hang_after_s);
  return due ? std::min(*due, hangs) : hangs;
}

std::optional<double> ObjectiveHost::next_deadline_in_s() const {
  if (backlog_) return 0;
  const auto due = deadline();
  if (!due) return std::nullopt;
  return std::max(0.0, std::chrono::duration<double>(*due - Clock::now()).count());
}

void ObjectiveHost::append_poll_fds(std::vector<pollfd>& fds) const {
  if (process_) process_->append_poll_fds(fds);
}

}  // namespace tuner
