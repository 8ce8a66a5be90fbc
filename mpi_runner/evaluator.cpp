#include "mpi_runner/evaluator.h"

#include <algorithm>
#include <iterator>

namespace tuner {

void Evaluator::add(std::vector<Assignment> assignments) {
  std::move(assignments.begin(), assignments.end(), std::back_inserter(queue_));
}

std::vector<Event> Evaluator::advance() {
  std::vector<Event> events = host_.advance();
  if (!host_.busy() && !queue_.empty()) {
    host_.start(queue_.front());
    queue_.pop_front();
  }
  return events;
}

}  // namespace tuner
