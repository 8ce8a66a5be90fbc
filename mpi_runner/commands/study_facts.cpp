#include "mpi_runner/commands/study_facts.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <array>
#include <vector>

#include "mpi_runner/goal_text.h"
#include "mpi_runner/place_text.h"
#include "mpi_runner/text.h"

namespace tuner {
namespace {

std::string plugin_text(const PluginInfo& plugin) {
  return escaped(fmt::format("{} {}", plugin.name, plugin.version));
}

std::string epochs_text(const Study& study) {
  const auto& epochs = study.epochs();
  if (epochs.empty()) return "none yet";
  const std::string count = count_text(epochs.size(), "epoch");
  if (!study.ended()) return count + ", the last runs or was interrupted";
  return fmt::format("{}, the last ended {}: {}", count, time_text(epochs.back().ended),
                     escaped(epochs.back().end_reason));
}

void line(std::ostream& out, std::string_view name, std::string_view text) {
  fmt::print(out, "{:<10} {}\n", name, text);
}

}  // namespace

std::string progress_text(const Study& study) {
  std::array<std::uint64_t, 6> counts{};
  for (TrialId id; id.value < study.trial_count(); ++id.value)
    ++counts[static_cast<std::size_t>(study.trial(id).state)];
  const auto of = [&](TrialState state) { return count_text(counts[static_cast<std::size_t>(state)]); };
  const std::uint64_t beside = study.finished().size() - study.searched();
  return fmt::format("{} finished ({} complete, {} pruned, {} failed{}), {} running, {} waiting",
                     count_text(study.finished().size()), of(TrialState::complete), of(TrialState::pruned),
                     of(TrialState::failed),
                     beside > 0 ? fmt::format("; {} of them replicates or imported", count_text(beside)) : "",
                     of(TrialState::running), of(TrialState::waiting));
}

std::string values_text(const Study& study, TrialId id) {
  std::vector<std::string> parts;
  const auto& objectives = study.definition().goal.objectives;
  for (std::size_t i = 0; i < objectives.size(); ++i)
    parts.push_back(fmt::format("{} = {}", escaped(objectives[i].name), number_text(study.values(id)[i])));
  return fmt::format("{}", fmt::join(parts, ", "));
}

void print_quarantine(std::ostream& out, const Study& study) {
  for (const QuarantinedRank& rank : study.quarantined())
    line(out, "taken out", fmt::format("{} (epoch {})", quarantine_text(study, rank), rank.epoch.value));
  if (const std::string doubt = doubt_text(study); !doubt.empty()) line(out, "in doubt", doubt);
}

void print_facts(std::ostream& out, const Study& study, std::string_view file) {
  const StudyDefinition& definition = study.definition();
  line(out, "study", fmt::format("{} ({})", escaped(file), escaped(definition.study_id)));
  line(out, "objective",
       fmt::format("{}, {}: {}", plugin_text(definition.objective), count_text(study.space().size(), "parameter"),
                   goal_text(definition.goal)));
  line(out, "strategy", fmt::format("{}, seed {}", plugin_text(definition.strategy), definition.seed));
  line(out, "trials", progress_text(study));
  line(out, "epochs", epochs_text(study));
  print_quarantine(out, study);
  if (const auto best = study.best())
    line(out, "best", fmt::format("trial {}: {}", best->value, values_text(study, *best)));
}

}  // namespace tuner
