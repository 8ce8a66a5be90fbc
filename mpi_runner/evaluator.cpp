#include "mpi_runner/evaluator.h"

#include <algorithm>
#include <iterator>

#include "mpi_runner/clock.h"

namespace tuner {
namespace {

// Trials come together where each takes less than a millisecond (Crew); this is far from that.
constexpr double kLongestHold_s = 0.05;

}  // namespace

void Evaluator::add(std::vector<Assignment> assignments) {
  std::move(assignments.begin(), assignments.end(), std::back_inserter(queue_));
}

std::vector<Event> Evaluator::advance() {
  std::vector<Event> events = host_.advance();
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
