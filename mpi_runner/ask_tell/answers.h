// What a client is answered, one JSON object a line.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mpi_runner/ask_tell/open_session.h"
#include "mpi_runner/ask_tell/session.h"

namespace tuner {

std::string created_answer(const CreateRequest& request, const OpenedSession& opened);
std::string trials_answer(const Study& study, std::span<const TrialId> trials);
std::string told_answer(TrialId trial);
std::string best_answer(const Study& study);
std::string done_answer(const char* what);  // {"synced":true}
std::string error_answer(std::string_view message);

}  // namespace tuner
