// stop, pause, continue and enqueue: a request to the run of a study, and its answer.
#include <fmt/format.h>
#include <fmt/ostream.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "core/configuration_text.h"
#include "core/error.h"
#include "core/shell_word.h"
#include "core/stop_rules.h"
#include "mpi_runner/clock.h"
#include "mpi_runner/commands/command.h"
#include "mpi_runner/commands/commands.h"
#include "mpi_runner/commands/open_study.h"
#include "mpi_runner/exit_code.h"
#include "mpi_runner/machine.h"
#include "mpi_runner/option_types.h"
#include "mpi_runner/run_options.h"
#include "mpi_runner/text.h"
#include "storage/owner.h"
#include "storage/requests.h"

namespace tuner {
namespace {

namespace po = boost::program_options;

constexpr double kUsualWait_s = 10;

void add_wait(po::options_description& options) {
  options.add_options()("wait", po::value<Duration>()->default_value({kUsualWait_s})->value_name("TIME"),
                        "wait so long for the run's answer");
}

std::string myself() {
  const char* user = std::getenv("USER");
  return fmt::format("{}@{}, pid {}", user != nullptr ? user : fmt::format("user {}", getuid()), host_name(), getpid());
}

bool has_run(const StudyFiles& names) {
  return is_running(look_at_owner(system_files(), names));
}

// Nothing where the run has ended meanwhile, or the time is over.
std::optional<Answer> wait_for_answer(const StudyFiles& names, const std::string& request, double longest_s) {
  constexpr std::chrono::milliseconds kLook(50);
  constexpr double kLastAnswer_s = 5;  // a run gives its study back and then answers
  double until_s = steady_time_s() + longest_s;
  for (bool runs = true;;) {
    if (runs && !has_run(names)) {
      runs = false;
      until_s = std::min(until_s, steady_time_s() + kLastAnswer_s);
    }
    const bool last_look = steady_time_s() >= until_s;
    if (std::optional<Answer> answer = take_answer(system_files(), names, request)) return answer;
    if (last_look) return std::nullopt;
    std::this_thread::sleep_for(kLook);
  }
}

int print_answer(const CommandCall& call, const Answer& answer) {
  if (answer.kind == Answer::Kind::refused) throw UserError(fmt::format("the run refuses: {}", answer.text));
  fmt::print(call.out, "{}\n", escaped(answer.text));
  return kDone;
}

void require_manager(const StudyDefinition& definition) {
  if (is_client_objective(definition.objective))
    throw UserError("the trials of this study are evaluated by a client of `tuner ask-tell`. Steer it there");
}

// The command that takes a request back.
std::string removal(const StudyFiles& names, const std::string& request) {
  return "rm " + escaped(shell_word((names.requests() / (request + ".request")).string()));
}

// A job that waits in the queue, say.
int leave_for_next_run(const CommandCall& call, const Study& study, const StudyFiles& names, RequestKind kind) {
  const std::string file = names.study().string();
  if (const std::optional<std::string> reason =
          reason_to_stop(settings_from(study.settings(), "the study").rules, study))
    throw UserError(fmt::format("{} is finished ({}), so there is nothing to {}", file, *reason, call.command.name));
  if (kind == RequestKind::go_on && !study.paused() && arrived_requests(system_files(), names).empty())
    throw UserError(
        fmt::format("no run of {} is alive, and the next one is not paused. Start it with: tuner --resume {}", file,
                    shell_word(file)));
  const std::string request = post_request(system_files(), names, {kind, myself(), {}});
  const char* outcome = kind == RequestKind::go_on   ? "is not paused"
                        : kind == RequestKind::pause ? "is paused"
                                                     : "stops at once";
  fmt::print(call.out, "no run is alive; the next one {}. Take it back with: {}\n", outcome, removal(names, request));
  return kDone;
}

int ask_run(const CommandCall& call, const po::variables_map& values, RequestKind kind) {
  const std::string file = values["study"].as<std::string>();
  const StudyFiles names(file);
  const LoadedStudy loaded = open_study(file);
  require_manager(loaded.study.definition());
  if (!has_run(names)) return leave_for_next_run(call, loaded.study, names, kind);
  const std::string request = post_request(system_files(), names, {kind, myself(), {}});
  if (const auto answer = wait_for_answer(names, request, values["wait"].as<Duration>().seconds))
    return print_answer(call, *answer);
  withdraw_request(system_files(), names, request);
  const char* why = has_run(names) ? "its manager has not answered; it may be busy or hang" : "the run has ended";
  throw UserError(fmt::format("the request is withdrawn ({}). See: tuner status {}", why, shell_word(file)));
}

int ask_run(const CommandCall& call, RequestKind kind) {
  po::options_description options("Options");
  add_wait(options);
  const auto values = read_options(call, options, {"study"});
  return values ? ask_run(call, *values, kind) : static_cast<int>(kDone);
}

}  // namespace

int stop_command(const CommandCall& call) {
  po::options_description options("Options");
  options.add_options()("now", po::bool_switch(), "do not wait for the trials that run; they are repeated on resume");
  add_wait(options);
  const auto values = read_options(call, options, {"study"});
  if (!values) return kDone;
  return ask_run(call, *values, (*values)["now"].as<bool>() ? RequestKind::stop_now : RequestKind::stop);
}

int pause_command(const CommandCall& call) {
  return ask_run(call, RequestKind::pause);
}

int continue_command(const CommandCall& call) {
  return ask_run(call, RequestKind::go_on);
}

int enqueue_command(const CommandCall& call) {
  po::options_description options("Options");
  add_wait(options);
  const auto values = read_options(call, options, {"study", "configuration"});
  if (!values) return kDone;
  const std::string file = (*values)["study"].as<std::string>();
  const std::string configuration = (*values)["configuration"].as<std::string>();
  const LoadedStudy loaded = open_study(file);
  require_manager(loaded.study.definition());
  configuration_from_text(loaded.study.space(), configuration);  // mistakes are said at once

  const StudyFiles names(file);
  const bool may_be_answered = has_run(names);
  const std::string request = post_request(system_files(), names, {RequestKind::enqueue, myself(), configuration});
  if (may_be_answered)
    if (const auto answer = wait_for_answer(names, request, (*values)["wait"].as<Duration>().seconds))
      return print_answer(call, *answer);
  const StopRules rules = settings_from(loaded.study.settings(), "the study").rules;
  if (const auto reason = reason_to_stop(rules, loaded.study); reason && !has_run(names))
    fmt::print(call.out, "the study is finished ({}): the next run needs --trials {} or more\n", escaped(*reason),
               loaded.study.searched() + arrived_requests(system_files(), names).size());
  fmt::print(call.out, "{}; the configuration waits for {}. Take it back with: {}\n",
             has_run(names) ? "the run has not answered yet" : "no run is alive",
             has_run(names) ? "it" : "the next run", removal(names, request));
  return kDone;
}

}  // namespace tuner
