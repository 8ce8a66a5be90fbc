#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <optional>

#include "core/stop_rules.h"
#include "mpi_runner/clock.h"
#include "mpi_runner/commands/command.h"
#include "mpi_runner/commands/commands.h"
#include "mpi_runner/commands/open_study.h"
#include "mpi_runner/commands/requests_text.h"
#include "mpi_runner/commands/study_facts.h"
#include "mpi_runner/exit_code.h"
#include "mpi_runner/run_options.h"
#include "mpi_runner/text.h"
#include "storage/owner.h"
#include "storage/study_files.h"
#include "storage/study_store.h"

namespace tuner {
namespace {

namespace po = boost::program_options;

constexpr int kRunning = 5;
constexpr int kStopped = 6;

// Where a study stands: a code for scripts and a sentence for people.
struct Standing {
  int code = kDone;
  std::string text;
};

// On request: nobody but its user starts it again.
bool was_stopped(const Study& study) {
  return std::ranges::any_of(study.requests(), [&](const RequestSeen& seen) {
    const RequestKind kind = seen.request.request;
    return seen.epoch == study.epochs().back().number && (kind == RequestKind::stop || kind == RequestKind::stop_now);
  });
}

Standing standing_of(const LoadedStudy& loaded, const std::optional<OwnerSight>& owner) {
  const Study& study = loaded.study;
  if (!loaded.losses.empty()) return {kDamaged, fmt::format("damaged: {} missing", lost_text(loaded))};
  if (is_running(owner))
    return {kRunning, fmt::format("running{}{} ({}; last sign of life {} ago)",
                                  was_stopped(study) ? ", stopping on request" : "", study.paused() ? ", paused" : "",
                                  owner->description, duration_text(std::max(0.0, owner->silent_s)))};
  if (!study.ended() && was_stopped(study)) return {kStopped, "stopped on request, and interrupted while it ended"};
  if (!study.ended()) return {kResumable, "interrupted, to be resumed"};
  const std::string& reason = study.epochs().back().end_reason;
  if (is_client_objective(study.definition().objective)) return {kDone, reason};  // its client knows whether it is done
  const StopRules rules = settings_from(study.settings(), "the study").rules;
  if (study.epochs().back().blocked) return {kPluginsFault, "cannot go on like this: " + reason};
  if (cannot_work(rules, study)) return {kPluginsFault, "failed: " + reason};
  const bool nothing_left = study.exhausted() && study.waiting().empty();
  if (reason_to_stop(rules, study) || nothing_left) return {kDone, "finished: " + reason};
  if (was_stopped(study)) return {kStopped, reason + ", to be resumed"};
  return {kResumable, fmt::format("ended before its goal, to be resumed: {}", reason)};
}

// The last epoch as far as it has come, or, where it was killed, as far as is known: nothing.
double observed_s(const Study& study, int code) {
  const Epoch& epoch = study.epochs().back();
  if (study.ended()) return epoch.ended - epoch.started;
  return code == kRunning ? wall_time_s() - epoch.started : 0;
}

// Searched trials a second of the last epoch; 0 where there are none.
double rate(const Study& study, int code) {
  const auto finished = static_cast<double>(study.searched() - study.epochs().back().searched_before);
  const double seconds = observed_s(study, code);
  return seconds > 0 ? finished / seconds : 0;
}

std::string rate_text(const Study& study, int code) {
  const double per_second = rate(study, code);
  if (per_second == 0) return "";
  return per_second >= 1 ? fmt::format(", {:.4g} trials/s", per_second)
                         : fmt::format(", {:.3g} trials/min", 60 * per_second);
}

// What the ranks of the last run did with their time.
void print_busy(std::ostream& out, const Study& study, const OpenRun& open) {
  const LedgerEntry run = study.ledger().entries(open).back();
  const double had_s = run.total() - run.unused;
  if (had_s <= 0) return;
  const double in_trials_s = run.useful + run.failed + run.lost + run.running;
  fmt::print(out, "busy    {:.0f} % of the time of its ranks went into trials\n", 100 * in_trials_s / had_s);
}

// When a run that goes on at its rate has all trials, and when its time is over.
void print_end(std::ostream& out, const Study& study, const Standing& standing) {
  const bool starts_none = standing.code != kRunning || was_stopped(study);
  if (study.paused())
    fmt::print(out, "paused  {}; go on with: tuner continue\n",
               starts_none ? "the next run starts no trial" : "no trial is started");
  if (standing.code != kRunning) return;
  const bool clients = is_client_objective(study.definition().objective);  // asks for as many as it wants
  const std::uint64_t wanted = clients ? 0 : settings_from(study.settings(), "the study").rules.trials;
  const double per_second = rate(study, standing.code);
  if (!study.paused() && !starts_none && per_second > 0 && wanted > study.searched())
    fmt::print(out, "done    in about {} at this rate\n",
               duration_text(static_cast<double>(wanted - study.searched()) / per_second));
  if (const auto& allocation = study.epochs().back().allocation)
    fmt::print(out, "limit   {}, in {} ({})\n", time_text(allocation->end),
               duration_text(std::max(0.0, allocation->end - wall_time_s())), escaped(allocation->source));
}

std::string wanted_text(const Study& study) {
  if (is_client_objective(study.definition().objective)) return "";  // as many as its client asks for
  return fmt::format(", of {} wanted", count_text(settings_from(study.settings(), "the study").rules.trials));
}

void print(std::ostream& out, const Study& study, const Standing& standing, const OpenRun& open) {
  fmt::print(out, "{}\n", escaped(standing.text));
  fmt::print(out, "trials  {}{}\n", progress_text(study), wanted_text(study));
  if (const auto best = study.best())
    fmt::print(out, "best    trial {}: {} ({} since then)\n", best->value, values_text(study, *best),
               count_text(study.finished_since_best(), "finished trial"));
  if (!study.epochs().empty()) {
    fmt::print(out, "epoch   {}, since {}{}\n", study.epochs().back().number.value,
               time_text(study.epochs().back().started), rate_text(study, standing.code));
    print_busy(out, study, open);
    print_end(out, study, standing);
  }
  print_quarantine(out, study);
}

}  // namespace

int status_command(const CommandCall& call) {
  po::options_description options("Options");
  options.add_options()(
      "exit-code", po::bool_switch(),
      "end with 0 finished, 2 its trials cannot work, or not in the time that the last run had, 3 damaged, "
      "4 to be resumed, 5 running, 6 stopped on request, to be resumed");
  const auto values = read_options(call, options, {"study"});
  if (!values) return kDone;
  const std::string file = (*values)["study"].as<std::string>();
  // The owner first: one that says goodbye in between has then written its last events.
  const auto owner = look_at_owner(system_files(), StudyFiles(file));
  const OpenRun open = look_at_open_run(file, owner);
  const LoadedStudy loaded = open_study(file);
  const Standing standing = standing_of(loaded, owner);
  print(call.out, loaded.study, standing, open);
  if (standing.code != kRunning) print_left_requests(call.out, StudyFiles(file));
  return (*values)["exit-code"].as<bool>() ? standing.code : code_of(loaded);
}

}  // namespace tuner
