#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <optional>

#include "core/stop_rules.h"
#include "mpi_runner/clock.h"
#include "mpi_runner/commands/command.h"
#include "mpi_runner/commands/commands.h"
#include "mpi_runner/commands/open_study.h"
#include "mpi_runner/commands/study_facts.h"
#include "mpi_runner/exit_code.h"
#include "mpi_runner/run_options.h"
#include "mpi_runner/text.h"
#include "storage/owner.h"
#include "storage/study_store.h"

namespace tuner {
namespace {

namespace po = boost::program_options;

constexpr int kRunning = 5;

// Where a study stands: a code for scripts and a sentence for people.
struct Standing {
  int code = kDone;
  std::string text;
};

// Its owner gives signs of life, or nothing is known that speaks against it.
bool is_running(const std::optional<OwnerSight>& owner) {
  return owner && !owner->gone && owner->silent_s < StoreSettings{}.owner_expiry_s;
}

Standing standing_of(const LoadedStudy& loaded, const std::optional<OwnerSight>& owner) {
  const Study& study = loaded.study;
  if (!loaded.losses.empty()) return {kDamaged, fmt::format("damaged: {} missing", lost_text(loaded))};
  if (is_running(owner))
    return {kRunning, fmt::format("running ({}; last sign of life {} ago)", owner->description,
                                  duration_text(std::max(0.0, owner->silent_s)))};
  if (!study.ended()) return {kResumable, "interrupted, to be resumed"};
  const std::string& reason = study.epochs().back().end_reason;
  if (is_client_objective(study.definition().objective)) return {kDone, reason};  // its client knows whether it is done
  const StopRules rules = settings_from(study.settings(), "the study").rules;
  if (cannot_work(rules, study)) return {kPluginsFault, "failed: " + reason};
  const bool nothing_left = study.exhausted() && study.waiting().empty();
  if (reason_to_stop(rules, study) || nothing_left) return {kDone, "finished: " + reason};
  return {kResumable, fmt::format("ended before its goal, to be resumed: {}", reason)};
}

// Finished trials of the last epoch in its time; while it runs, until now.
std::string rate_text(const Study& study, int code) {
  const Epoch& epoch = study.epochs().back();
  const double until = study.ended() ? epoch.ended : code == kRunning ? wall_time_s() : epoch.started;
  const auto finished = static_cast<double>(study.searched() - epoch.searched_before);
  if (finished == 0 || until <= epoch.started) return "";
  const double per_second = finished / (until - epoch.started);
  return per_second >= 1 ? fmt::format(", {:.4g} trials/s", per_second)
                         : fmt::format(", {:.3g} trials/min", 60 * per_second);
}

std::string wanted_text(const Study& study) {
  if (is_client_objective(study.definition().objective)) return "";  // as many as its client asks for
  return fmt::format(", of {} wanted", count_text(settings_from(study.settings(), "the study").rules.trials));
}

void print(std::ostream& out, const Study& study, const Standing& standing) {
  fmt::print(out, "{}\n", escaped(standing.text));
  fmt::print(out, "trials  {}{}\n", progress_text(study), wanted_text(study));
  if (const auto best = study.best())
    fmt::print(out, "best    trial {}: {} ({} since then)\n", best->value, values_text(study, *best),
               count_text(study.finished_since_best(), "finished trial"));
  if (!study.epochs().empty())
    fmt::print(out, "epoch   {}, since {}{}\n", study.epochs().back().number.value,
               time_text(study.epochs().back().started), rate_text(study, standing.code));
  print_quarantine(out, study);
}

}  // namespace

int status_command(const CommandCall& call) {
  po::options_description options("Options");
  options.add_options()("exit-code", po::bool_switch(),
                        "end with 0 finished, 2 its trials cannot work, 3 damaged, 4 to be resumed, 5 running");
  const auto values = read_options(call, options, {"study"});
  if (!values) return kDone;
  const std::string file = (*values)["study"].as<std::string>();
  // The owner first: one that says goodbye in between has then written its last events.
  const auto owner = look_at_owner(system_files(), StudyFiles(file));
  const LoadedStudy loaded = open_study(file);
  const Standing standing = standing_of(loaded, owner);
  print(call.out, loaded.study, standing);
  return (*values)["exit-code"].as<bool>() ? standing.code : kDone;
}

}  // namespace tuner
