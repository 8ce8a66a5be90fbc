#include "mpi_runner/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/shell_word.h"
#include "mpi_runner/best_text.h"
#include "mpi_runner/place_text.h"
#include "mpi_runner/text.h"

namespace tuner {
namespace {

std::string failures_by_cause(const Study& study) {
  std::map<std::string_view, std::uint64_t> counts;
  for (const Failure& failure : study.failures())
    if (!failure.is_verdict()) ++counts[name_of(failure.cause)];
  std::string text;
  for (const auto& [cause, count] : counts) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, cause);
  return text.empty() ? "none" : text;
}

std::string fallback_line(const Study& study) {
  const auto is_fallback = [&](TrialId id) { return study.trial(id).origin == Origin::fallback; };
  const auto count = static_cast<std::uint64_t>(std::ranges::count_if(study.finished(), is_fallback));
  if (count == 0) return {};
  return fmt::format("  at random {} of them, since the strategy failed or was too slow for the ranks\n",
                     count_text(count));
}

std::string quarantine_lines(const Study& study) {
  std::string lines;
  for (const QuarantinedRank& rank : study.quarantined())
    if (rank.epoch == study.epochs().back().number)
      lines += fmt::format("  taken out {}\n", quarantine_text(study, rank));
  if (const std::string doubt = doubt_text(study); !doubt.empty()) lines += fmt::format("  in doubt  {}\n", doubt);
  return lines;
}

double trial_seconds(const Study& study) {
  double sum = 0;
  for (const TrialId id : study.finished()) sum += study.trial(id).duration_s;
  return sum;
}

std::string next_command(const PreparedRun& run, RunEnd::Kind kind) {
  if (kind == RunEnd::Kind::resumable) return run.resume_command;
  if (kind == RunEnd::Kind::blocked) return run.resume_command + ", with more time";
  const std::string file = shell_word(run.store->path().string());
  const bool has_model = kind == RunEnd::Kind::complete && run.objective.description.can_refit;
  return fmt::format("tuner show {0}{1}", file,
                     has_model ? fmt::format(", or tuner refit {} --out DIR for the final model", file) : "");
}

}  // namespace

std::string summary(const PreparedRun& run, const RunEnd& end) {
  const Study& study = run.store->study();
  const Epoch& epoch = study.epochs().back();
  std::string text = fmt::format("\nended: {}\n", escaped_lines(end.reason));
  text += best_text(study);
  const std::uint64_t beside = study.finished().size() - study.searched();
  text += fmt::format("  trials    {} finished{}, {} failed; failed attempts: {}\n", count_text(study.searched()),
                      beside > 0 ? fmt::format(" (and {} replicates or imported)", count_text(beside)) : "",
                      count_text(study.failed_count()), failures_by_cause(study));
  text += fallback_line(study);
  text += quarantine_lines(study);
  text += fmt::format("  time      {} for this run, {} of trials in all\n", duration_text(epoch.ended - epoch.started),
                      duration_text(trial_seconds(study)));
  text += fmt::format("  study     {}\n", escaped(run.store->path().string()));
  text += fmt::format("  next      {}\n", escaped(next_command(run, end.kind)));
  return text;
}

}  // namespace tuner
