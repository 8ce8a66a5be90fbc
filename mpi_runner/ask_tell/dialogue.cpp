#include "mpi_runner/ask_tell/dialogue.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "core/error.h"
#include "mpi_runner/ask_tell/answers.h"
#include "mpi_runner/ask_tell/open_session.h"

namespace tuner {

namespace {

constexpr const char* kNotWritten =
    " (the result is kept and written as soon as that is possible; it counts once the same `tell`, or `sync`, is "
    "answered without an error)";

}  // namespace

Answer Dialogue::answer(std::string_view line) {
  ++line_;
  try {
    return std::visit([this](const auto& request) { return on(request); }, request_from(line));
  } catch (const std::exception& error) {
    return {error_answer(fmt::format("line {}: {}", line_, error.what()))};
  }
}

Answer Dialogue::on(const CreateRequest& request) {
  if (session_) throw UserError("there is a study already (a session has one). Close it and start tuner again");
  OpenedSession opened = open_session(request);
  Answer answer{created_answer(request, opened)};
  session_ = std::move(opened.session);
  durable_ = request.durable && !request.study.empty();
  return answer;
}

Answer Dialogue::on(const AskRequest& request) {
  const std::vector<TrialId> trials = session().ask(request.count);
  return {trials_answer(session().study(), trials)};
}

Answer Dialogue::on(const TellRequest& request) {
  try {
    session().tell(request.result);
  } catch (const Interrupted& error) {
    throw Interrupted(error.what() + std::string(kNotWritten));
  }
  if (!durable_) session().acknowledged(request.result.trial);
  return {told_answer(request.result.trial), durable_};
}

Answer Dialogue::on(const BestRequest&) {
  session().write();
  return {best_answer(session().study())};
}

Answer Dialogue::on(const SyncRequest&) {
  session().sync();
  return {done_answer("synced")};
}

Answer Dialogue::on(const CloseRequest&) {
  if (session_) session_->close();
  closed_ = true;
  return {done_answer("closed")};
}

Session& Dialogue::session() const {
  if (!session_) throw UserError("there is no study yet. Begin with {\"op\": \"create\", ...}");
  return *session_;
}

std::string Dialogue::sync() {
  try {
    session().sync();
    return {};
  } catch (const std::exception& error) {
    return error_answer(fmt::format("line {}: {}{}", line_, error.what(), kNotWritten));
  }
}

void Dialogue::tend() {
  try {
    if (session_) session_->tend();
  } catch (const std::exception&) {
    // The next request meets the same trouble and is answered with it.
  }
}

std::string Dialogue::end_of_input() {
  try {
    if (session_ && !closed_) session_->close();
    return {};
  } catch (const std::exception& error) {
    return error.what();
  }
}

void Dialogue::leave() {
  if (session_) session_->leave();
}

}  // namespace tuner
