#include "mpi_runner/evaluator.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "mpi_runner/clock.h"
#include "mpi_runner/machine.h"
#include "mpi_runner/objective_start.h"
#include "mpi_runner/placement.h"
#include "mpi_runner/unchanged_files.h"

namespace tuner {
namespace {

// Trials come together where each takes less than a millisecond (Crew); this is far from that.
constexpr double kLongestHold_s = 0.05;

// The study has all trials; very short ones would only drive the rest out of the log, and take time to write.
constexpr double kShortestLogged_s = 0.01;

ObjectiveSetup with_log(ObjectiveSetup setup, RankLog& log, const bool& begun) {
  // A run that is refused must leave no trace, so nothing is written before the first trial.
  setup.on_host = [&](std::string_view what) {
    if (begun) log.write("host", {{"what", std::string(what)}});
  };
  setup.keep_output = [&log](TrialId trial, std::uint32_t attempt, std::string_view text) {
    log.keep_output(trial, attempt, text);
  };
  return setup;
}

ObjectiveSetup watching(const std::map<std::string, std::string>& digests, ObjectiveSetup setup) {
  setup.before_start = [files = UnchangedFiles(digests)]() mutable { files.require(); };
  return setup;
}

std::string place_text(const HostLaunch& launch) {
  std::string text = fmt::format("{} threads, {}", launch.threads,
                                 launch.cores.empty() ? "the rank's cores" : "cores " + core_list(launch.cores));
  for (const std::string& variable : launch.environment) text += ", " + variable;
  return text;
}

}  // namespace

Evaluator::Evaluator(ObjectiveSetup setup, const std::map<std::string, std::string>& digests, RankLog& log)
    : log_(log), launch_(setup.launch), host_(watching(digests, with_log(std::move(setup), log, begun_))) {}

void Evaluator::wait_until_created(const std::function<void()>& meanwhile) {
  tuner::wait_until_created(host_, launch_, meanwhile);
}

void Evaluator::log_ends(const std::vector<Event>& events) {
  for (const Event& event : events) {
    const auto* ended = std::get_if<AttemptEnded>(&event);
    if (ended == nullptr || (ended->cause == Cause::value && ended->duration_s < kShortestLogged_s)) continue;
    log_.write("attempt ended", {{"trial", ended->trial.value},
                                 {"attempt", std::uint64_t{ended->attempt}},
                                 {"cause", std::string(name_of(ended->cause))},
                                 {"duration_s", ended->duration_s},
                                 {"message", ended->message}});
  }
}

void Evaluator::add(std::vector<Assignment> assignments) {
  if (!assignments.empty() && !std::exchange(begun_, true))
    log_.write("first trial",
               {{"host", host_name()}, {"pid", static_cast<std::uint64_t>(getpid())}, {"place", place_text(launch_)}});
  std::move(assignments.begin(), assignments.end(), std::back_inserter(queue_));
}

std::vector<Event> Evaluator::advance() {
  std::vector<Event> events = host_.advance();
  log_ends(events);
  if (!host_.busy() && !queue_.empty()) {
    host_.start(queue_.front());
    queue_.pop_front();
    started_s_ = steady_time_s();
  } else if (!queue_.empty() && steady_time_s() - started_s_ > kLongestHold_s) {
    return_queue(events);
  }
  return events;
}

// The last one first, because each goes to the front of those that wait.
void Evaluator::return_queue(std::vector<Event>& events) {
  for (; !queue_.empty(); queue_.pop_back())
    events.emplace_back(AttemptReturned{queue_.back().trial, queue_.back().attempt});
}

double Evaluator::next_deadline_in_s() const {
  const double host_s = host_.next_deadline_in_s().value_or(1e9);
  return queue_.empty() ? host_s : std::min(host_s, std::max(0.0, started_s_ + kLongestHold_s - steady_time_s()));
}

}  // namespace tuner
