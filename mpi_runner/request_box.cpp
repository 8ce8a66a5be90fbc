#include "mpi_runner/request_box.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace tuner {
namespace {

constexpr double kLookEvery_s = 0.5;

}  // namespace

RequestBox::RequestBox(const std::filesystem::path& study, std::function<void(const std::string&)> notice)
    : names_(study), notice_(std::move(notice)) {}

std::vector<Arrived> RequestBox::left_behind() {
  try {
    remove_answers(system_files(), names_);
  } catch (const std::runtime_error& error) {
    notice_(error.what());
  }
  return look();
}

std::vector<Arrived> RequestBox::arrived(double now_s) {
  if (now_s < next_look_s_) return {};
  next_look_s_ = now_s + kLookEvery_s;
  return look();
}

// A request stays in the folder until it is answered, and for ever where it may not be removed.
std::vector<Arrived> RequestBox::look() {
  std::vector<Arrived> found = arrived_requests(system_files(), names_, seen_);
  for (const Arrived& request : found) seen_.insert(request.name);
  return found;
}

void RequestBox::answer(const std::string& name, const Answer& answer) {
  try {
    answer_request(system_files(), names_, name, answer);
  } catch (const std::runtime_error& error) {
    notice_(fmt::format("a request could not be answered: {}", error.what()));
  }
}

void RequestBox::answer_after(Sequence event, const std::string& name, const Answer& answer) {
  pending_.push_back({event, name, answer});
}

void RequestBox::acknowledged(Sequence before) {
  while (!pending_.empty() && pending_.front().event < before) {
    answer(pending_.front().name, pending_.front().answer);
    pending_.pop_front();
  }
}

}  // namespace tuner
