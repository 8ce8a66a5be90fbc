#include "mpi_runner/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include "core/error.h"
#include "mpi_runner/holdout.h"
#include "mpi_runner/machine.h"
#include "mpi_runner/manager.h"
#include "mpi_runner/prepare.h"
#include "mpi_runner/rank_placement.h"
#include "mpi_runner/run_options.h"
#include "mpi_runner/signals.h"
#include "mpi_runner/summary.h"
#include "mpi_runner/trial_folders.h"
#include "mpi_runner/worker.h"

namespace tuner {
namespace {

constexpr int kResumable = 4;

// However rank 0 ends, the others are told, and everybody leaves the same way.
class Dismissal {
 public:
  explicit Dismissal(Transport& transport) : transport_(transport) {}
  Dismissal(const Dismissal&) = delete;
  Dismissal& operator=(const Dismissal&) = delete;
  ~Dismissal() { transport_.send_to_others(to_bytes(Goodbye{})); }

 private:
  Transport& transport_;
};

int exit_code(RunEnd::Kind kind) {
  switch (kind) {
    case RunEnd::Kind::complete:
      return 0;
    case RunEnd::Kind::failed:
    case RunEnd::Kind::blocked:
      return 2;
    default:
      return kResumable;
  }
}

// Throws Interrupted when the run should end meanwhile.
void score_holdout(PreparedRun& run, Manager& manager, Progress& progress) {
  const auto while_waiting = [&](const TrainingTimes& times) {
    manager.keep_in_touch();
    if (run.trial_timeout_s > 0 && times.taken_s > run.trial_timeout_s)
      throw std::runtime_error(
          fmt::format("training the final model took longer than {} s (--trial-timeout)", run.trial_timeout_s));
    if (run.hang_after_s > 0 && times.silent_s > run.hang_after_s)
      throw std::runtime_error(
          fmt::format("training the final model printed nothing for {} s (--hang-after)", run.hang_after_s));
    if (stop_request() == StopRequest::leave) throw Interrupted(kStopped);
    if (manager.out_of_time()) throw Interrupted(manager.time_is_over_text());
  };
  try {
    const std::filesystem::path directory = trial_folders(run.store->path(), run.store->study().definition().study_id);
    const std::optional<HoldoutScored> score =
        look_at_holdout(run.store->study(), run.objective.launch, run.objective_options, directory, while_waiting);
    if (score) run.store->record(*score);
  } catch (const Interrupted&) {
    throw;
  } catch (const std::runtime_error& error) {
    progress.notice(fmt::format("the hold-out part could not be scored: {}", error.what()));
  }
}

// The search and, once it is complete, the look at the hold-out part.
RunEnd search(PreparedRun& run, Manager& manager, Progress& progress) {
  RunEnd end = manager.run();
  progress.finish();
  if (end.kind != RunEnd::Kind::complete || !run.objective.description.can_refit) return end;
  try {
    score_holdout(run, manager, progress);
    return end;
  } catch (const Interrupted& why) {
    using Kind = RunEnd::Kind;
    return {stop_request() == StopRequest::leave ? Kind::left : Kind::resumable,
            fmt::format("{} before the hold-out part was scored", why.what())};
  }
}

int manage(const RunOptions& options, Transport& transport) {
  PreparedRun run = prepare_run(options, transport);
  Progress progress(run.plan.rules.trials, *run.log);
  for (const std::string& remark : run.remarks) progress.notice(remark);
  run.store->tell_news_to([&progress](const std::string& news) { progress.notice(news); });

  Manager manager(transport, *run.store, progress, std::move(run.plan));
  const RunEnd end = search(run, manager, progress);
  manager.end(end);
  // After TERM mpirun serves nobody and kills within a second: MPI_Finalize would only hang.
  if (end.kind == RunEnd::Kind::left) {
    progress.notice(fmt::format("{}; {} trials are safe in {}. Go on with: {}", end.reason,
                                run.store->study().finished().size(), run.store->path().string(), run.resume_command));
    _exit(kResumable);
  }
  std::cout << summary(run, end) << std::flush;
  return exit_code(end.kind);
}

// Before the ranks have come together. What is wrong with the options is for rank 0 to say, once.
double rank_timeout_s(const std::vector<std::string>& arguments) {
  try {
    return parse_run_options(arguments).rank_timeout_s;
  } catch (const UserError&) {
    return RunOptions{}.rank_timeout_s;
  }
}

// For scripts, which cannot tell a run that was refused from one whose ranks never came together: launchers' exit codes
// prove nothing.
template <class Body>
int with_refusal_noted(Body body) {
  try {
    return body();
  } catch (const Interrupted&) {
    throw;
  } catch (const std::runtime_error& why) {
    if (const char* file = std::getenv("TUNER_REFUSAL")) std::ofstream(file) << why.what() << '\n';
    throw;
  }
}

}  // namespace

int run_command(const std::vector<std::string>& arguments) {
  ignore_broken_pipes();
  constexpr double kShortestStart_s = 60;  // launching takes as long on any --rank-timeout
  Transport transport(std::max(kShortestStart_s, 2 * rank_timeout_s(arguments)), own_resources());
  install_signal_handlers();
  constexpr double kPatience_s = 10;
  if (transport.rank() != RankId{0}) {
    run_worker(transport);
    if (stop_request() == StopRequest::leave) _exit(0);
    transport.leave(kPatience_s, 0);
    return 0;
  }
  int code = 0;
  {
    const Dismissal dismissal(transport);
    code = with_refusal_noted([&] { return manage(parse_run_options(arguments), transport); });
  }
  transport.leave(kPatience_s, code);
  return code;
}

}  // namespace tuner
