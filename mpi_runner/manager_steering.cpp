// What people ask of a live run by files: recorded as events first, answered when these are durable.
#include <fmt/format.h>

#include <utility>
#include <variant>

#include "core/configuration_text.h"
#include "core/error.h"
#include "mpi_runner/clock.h"
#include "mpi_runner/epoch.h"
#include "mpi_runner/manager.h"

namespace tuner {

// Whoever asks a run and gets no answer takes the request back, so what is there is meant for whichever run comes.
void Manager::take_left_requests() {
  for (const Arrived& arrived : requests_.left_behind()) take(arrived);
}

bool Manager::take_requests() {
  const std::vector<Arrived> all = requests_.arrived(steady_time_s());
  for (const Arrived& arrived : all) take(arrived);
  return !all.empty();
}

void Manager::take(const Arrived& arrived) {
  const auto* request = std::get_if<Request>(&arrived.content);
  if (request == nullptr) {
    const auto& why = std::get<std::string>(arrived.content);
    progress_.notice(fmt::format("the request {} is refused: {}", arrived.name, why));
    return requests_.answer(arrived.name, {Answer::Kind::refused, why});
  }
  const Requested asked{request->kind, wall_time_s(), request->by, request->configuration};
  const std::string what = fmt::format("{} is asked by {}", name_of(request->kind), request->by);
  try {
    std::vector<Event> events = {asked};
    const std::string outcome = consequence(*request, events);
    Sequence last{};
    for (const Event& event : events) last = store_.record(event);
    progress_.notice(fmt::format("{}: {}", what, outcome));
    requests_.answer_after(last, arrived.name, {Answer::Kind::done, outcome});
  } catch (const UserError& error) {
    progress_.notice(fmt::format("{}, and refused: {}", what, error.what()));
    requests_.answer_after(store_.record(RequestRefused{asked, error.what()}), arrived.name,
                           {Answer::Kind::refused, error.what()});
  }
}

// For people; further events that belong to it are appended. Throws UserError.
std::string Manager::consequence(const Request& request, std::vector<Event>& events) {
  switch (request.kind) {
    case RequestKind::stop:
      draining_ = true;
      stop_reason_ = "stopped on request of " + request.by;
      return fmt::format("no trial is started any more; the run ends when those that run are done ({} now)",
                         study().running().size());
    case RequestKind::stop_now:
      leave_now_ = true;
      stop_reason_ = "stopped at once on request of " + request.by;
      return fmt::format("the run ends; trials that run are repeated on resume ({} now)", study().running().size());
    case RequestKind::pause:
      return "paused: no trial is started until `tuner continue`";
    case RequestKind::go_on:
      return study().paused() ? "trials are started again" : "the run was not paused";
    case RequestKind::enqueue:
      events.push_back(enqueued_on_request(request.configuration));
      return fmt::format("it is trial {} and runs {}", study().trial_count(),
                         draining_          ? "in the next run: this one starts no more trials"
                         : study().paused() ? "first after `tuner continue`"
                                            : "next");
  }
  return "";
}

TrialAdded Manager::enqueued_on_request(const std::string& text) const {
  const std::vector<double> configuration = configuration_from_text(study().space(), text);
  if (const std::optional<TrialId> same = trial_with(study(), configuration))
    throw UserError(fmt::format("trial {} has this configuration already", same->value));
  if (trials_left_to_start(plan_.rules, study()) == 0)
    throw UserError(fmt::format("the study starts no more trials (--trials {})", plan_.rules.trials));
  return enqueued(study(), {configuration}).front();
}

}  // namespace tuner
