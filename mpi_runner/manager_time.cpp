// What the end of its time means to a run: which trials may still start, and how it ends where none may.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "core/suggestion_queue.h"
#include "core/vain_allocations.h"
#include "mpi_runner/clock.h"
#include "mpi_runner/manager.h"
#include "mpi_runner/text.h"
#include "mpi_runner/trial_folders.h"

namespace tuner {
namespace {

constexpr double kRegularly_s = 60;  // one job does not ask SLURM more than that …
constexpr double kJustNow_s = 5;     // … but once more before it ends a run

}  // namespace

// In its private folder, which it finds again at its next attempt.
bool Manager::has_kept_something(TrialId trial) const {
  const std::filesystem::path folder =
      trial_folders(store_.path(), study().definition().study_id) / std::to_string(trial.value);
  std::error_code error;
  return std::filesystem::is_directory(folder, error) && !std::filesystem::is_empty(folder, error);
}

// A batch job may need long before its run begins; another run of the same job had that time already.
void Manager::look_at_earlier_runs() {
  const std::vector<LedgerEntry> runs = study().ledger().entries();
  const std::string& job = runs.back().job;
  if (job.empty()) return;
  const bool is_first = std::ranges::count(runs, job, &LedgerEntry::job) == 1;
  if (!is_first || plan_.begins_job) time_.is_first_in_job(is_first);
}

// SLURM is asked again, since a limit may be moved.
bool Manager::hear_of_time() {
  plan_.allocation->ask_again(steady_time_s(), kRegularly_s);
  if (!plan_.allocation->has_news(steady_time_s())) return false;
  const AllocationSeen& seen = *plan_.allocation->time();
  time_.is_given(seen);
  record(seen);
  return true;
}

double Manager::left_s() const {
  return time_.left_s(wall_time_s());
}

bool Manager::out_of_time() const {
  return left_s() <= 0;
}

double Manager::length_s() const {
  return plan_.allocation->time()->end - plan_.allocation->time()->start;
}

std::string Manager::limit_text() const {
  const AllocationSeen& seen = *plan_.allocation->time();
  return fmt::format("the {} {}", seen.source == kTimeLimit ? "time limit is" : "allocation ends at",
                     time_text(seen.end));
}

std::string Manager::time_is_over_text() const {
  return plan_.allocation->time()->source == kTimeLimit ? "the time limit is reached" : limit_text();
}

// The limit may have been moved since SLURM was asked, or the whole job was suspended. No trial starts meanwhile.
bool Manager::time_is_over() {
  if (!out_of_time()) return false;
  plan_.allocation->ask_again(steady_time_s(), kJustNow_s);
  return !plan_.allocation->asking() || plan_.allocation->asked_for_s(steady_time_s()) > kJustNow_s;
}

// A trial that began later, since one before it crashed or the study was paused, may still end in a whole allocation.
bool Manager::some_trial_had_all_time() const {
  constexpr double kNearlyAll = 0.9;
  const double now_s = wall_time_s();
  return std::ranges::any_of(study().running(), [&](TrialId trial) {
    return now_s - study().trial(trial).started >= kNearlyAll * time_.whole_s();
  });
}

RunEnd Manager::end_by_time() const {
  using Kind = RunEnd::Kind;
  if (time_.whole_s() <= 0)
    return {Kind::blocked,
            fmt::format("a whole allocation of {} leaves no time for trials: {} go by before the first and after the "
                        "last. Ask for more time, or for less of a --finish-margin",
                        duration_text(length_s()), duration_text(length_s() - time_.whole_s()))};
  const auto& running = study().running();
  if (!time_.is_fresh() || !some_trial_had_all_time()) return {Kind::resumable, time_is_over_text()};
  const bool none_goes_on = std::ranges::none_of(running, [this](TrialId trial) { return has_kept_something(trial); });
  if (study().finished().empty() && none_goes_on)
    return {
        Kind::blocked,
        fmt::format("{}, and no trial has ended in a whole allocation of {} (trials had {} of it). Ask for more time",
                    time_is_over_text(), duration_text(length_s()), duration_text(time_.whole_s()))};
  constexpr std::size_t kMostInVain = 3;
  if (study().epochs().back().progressed || allocations_in_vain(study()) + 1 < kMostInVain)
    return {Kind::resumable, time_is_over_text()};
  return {Kind::blocked,
          fmt::format("{}, and in {} whole allocations no trial has ended or reported a step that it had "
                      "not come to before. Ask for more time",
                      time_is_over_text(), kMostInVain)};
}

// Waiting trials that may start as far as their number goes.
std::vector<TrialId> Manager::startable() const {
  const std::deque<TrialId>& waiting = study().waiting();
  const std::uint64_t left = trials_left_to_start(plan_.rules, study());
  return {waiting.begin(),
          waiting.begin() + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(left, waiting.size()))};
}

std::uint64_t Manager::waiting_too_long(double seconds) const {
  return static_cast<std::uint64_t>(std::ranges::count_if(
      study().waiting(), [&](TrialId trial) { return !time_.may_start(study(), trial, seconds); }));
}

// Suggestions that take too long are kept for the next run, but not without end.
bool Manager::worth_asking(double seconds) const {
  return time_.most_end_within(seconds) && waiting_too_long(seconds) < 2 * transport_.size();
}

bool Manager::something_may_start(double seconds) const {
  const std::vector<TrialId> trials = startable();
  if (std::ranges::any_of(trials, [&](TrialId trial) { return time_.may_start(study(), trial, seconds); })) return true;
  const bool more_may_come =
      strategy_failure_ ? fallback_configuration(study()).has_value() : strategy_.plan(study(), 1).has_value();
  const bool wanted = trials_left_to_start(plan_.rules, study()) > trials.size();
  return wanted && more_may_come && worth_asking(seconds);
}

// Only where nothing runs. The limit may have been moved meanwhile, so SLURM is asked before the run ends.
std::optional<RunEnd> Manager::nothing_ends_in_time() {
  if (!time_.is_limited() || strategy_.asking() || restart_strategy_ || something_may_start(left_s()))
    return std::nullopt;
  if (startable().empty() && !time_can_be_the_reason()) return std::nullopt;
  if (plan_.allocation->ask_again(steady_time_s(), kJustNow_s) || plan_.allocation->asking()) return std::nullopt;
  const std::size_t waiting = startable().size();
  const std::string none = waiting == 0 ? "no further trial" : fmt::format("none of {} waiting trials", waiting);
  if (something_may_start(time_.whole_s()))
    return RunEnd{RunEnd::Kind::resumable,
                  fmt::format("{}, in {}, and {} is expected to end by then", limit_text(),
                              duration_text(plan_.allocation->time()->end - wall_time_s()), none)};
  return RunEnd{RunEnd::Kind::blocked,
                fmt::format("{} is expected to end in a whole allocation of {} (trials have {} of it{}). Ask for more "
                            "time",
                            none, duration_text(length_s()), duration_text(time_.whole_s()), quickest_text())};
}

// Without waiting trials other reasons end a run: an exhausted strategy, all trials done.
bool Manager::time_can_be_the_reason() const {
  return !study().exhausted() && !time_.most_end_within(left_s());
}

std::string Manager::quickest_text() const {
  std::optional<double> quickest_s;
  for (const TrialId trial : startable()) {
    const std::optional<ExpectedDuration> expected = time_.expected(study(), trial);
    if (expected && (!quickest_s || expected->expected_s < *quickest_s)) quickest_s = expected->expected_s;
  }
  return quickest_s ? fmt::format(", the quickest takes about {}", duration_text(*quickest_s)) : "";
}

}  // namespace tuner
