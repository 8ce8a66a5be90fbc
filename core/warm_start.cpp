#include "core/warm_start.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/configuration_text.h"
#include "core/error.h"

namespace tuner {
namespace {

// Plain text: ids are hexadecimal and numbers need no escapes.
std::string note_of(const std::string& study_id, TrialId trial) {
  return fmt::format(R"({{"study": "{}", "trial": {}}})", study_id, trial.value);
}

std::string goal_of(const GoalInfo& goal) {
  std::string text;
  for (const ObjectiveInfo& objective : goal.objectives)
    text += fmt::format("{}{} '{}'", text.empty() ? "" : ", ", objective.maximize ? "maximizes" : "minimizes",
                        objective.name);
  return fmt::format("{} with {} constraints", text, goal.constraints.size());
}

void refuse_other_goal(const GoalInfo& earlier, const GoalInfo& now) {
  const bool same =
      std::ranges::equal(earlier.objectives, now.objectives, {}, &ObjectiveInfo::maximize, &ObjectiveInfo::maximize) &&
      earlier.constraints.size() == now.constraints.size();
  if (!same)
    throw UserError(
        fmt::format("it {}, this study {}. Only results of the same kind can help", goal_of(earlier), goal_of(now)));
}

// For each parameter of `now`, its place in the earlier space.
std::vector<std::optional<std::size_t>> matches(const SearchSpace& earlier, const SearchSpace& now) {
  std::vector<std::optional<std::size_t>> found;
  for (const Parameter& parameter : now.parameters()) found.push_back(earlier.find(parameter.name));
  if (std::ranges::none_of(found, [](const auto& match) { return match.has_value(); }))
    throw UserError("it shares no parameter with this study's search space. Leave it out");
  return found;
}

// Nothing where the configuration is none of the space.
std::optional<std::vector<double>> translated(std::span<const double> configuration, const SearchSpace& earlier,
                                              const SearchSpace& now,
                                              const std::vector<std::optional<std::size_t>>& matches) {
  std::vector<double> result(now.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (!matches[i] || std::isnan(configuration[*matches[i]])) continue;
    const std::string value = value_to_json(earlier.parameters()[*matches[i]], configuration[*matches[i]]);
    try {
      result[i] = value_from_text(now.parameters()[i], value);
    } catch (const UserError&) {
      return std::nullopt;
    }
  }
  now.make_canonical(result);
  if (!now.contains(result)) return std::nullopt;
  return result;
}

template <class T>
std::vector<T> best_half_and_spread(std::vector<T> sorted) {
  if (sorted.size() <= kMostImported) return sorted;
  constexpr std::size_t kBest = kMostImported / 2;
  constexpr std::size_t kSpread = kMostImported - kBest;
  std::vector<T> chosen(sorted.begin(), sorted.begin() + kBest);
  for (std::size_t i = 0; i < kSpread; ++i)
    chosen.push_back(sorted[kBest + (sorted.size() - kBest - 1) * i / (kSpread - 1)]);
  return chosen;
}

std::vector<TrialId> results_from_best_to_worst(const Study& study) {
  const std::vector<double> highest = study.definition().goal.highest_fidelities();
  std::vector<TrialId> results;
  for (const TrialId id : study.finished()) {
    const Trial& trial = study.trial(id);
    if (trial.state == TrialState::complete && trial.origin != Origin::imported &&
        std::ranges::equal(study.fidelities(id), highest))
      results.push_back(id);
  }
  const double sign = study.definition().goal.objectives[0].maximize ? -1 : 1;
  std::ranges::stable_sort(results, {},
                           [&](TrialId id) { return std::pair(!study.feasible(id), sign * study.values(id)[0]); });
  return results;
}

}  // namespace

std::vector<ImportedTrial> importable_trials(const Study& earlier, const StudyDefinition& now) {
  refuse_other_goal(earlier.definition().goal, now.goal);
  const auto places = matches(earlier.space(), now.space);
  std::vector<ImportedTrial> importable;
  for (const TrialId id : results_from_best_to_worst(earlier)) {
    std::optional<std::vector<double>> configuration =
        translated(earlier.configuration(id), earlier.space(), now.space, places);
    if (!configuration) continue;
    const auto values = earlier.values(id);
    const auto constraints = earlier.constraints(id);
    importable.push_back({{{},
                           std::move(*configuration),
                           now.goal.highest_fidelities(),
                           std::nullopt,
                           note_of(earlier.definition().study_id, id)},
                          {values.begin(), values.end()},
                          {constraints.begin(), constraints.end()},
                          earlier.trial(id).duration_s});
  }
  std::vector<ImportedTrial> chosen = best_half_and_spread(std::move(importable));
  for (std::size_t number = 0; number < chosen.size(); ++number) chosen[number].trial.trial = TrialId{number};
  return chosen;
}

bool has_imported(const Study& study, const std::string& study_id) {
  const std::string start = fmt::format(R"({{"study": "{}")", study_id);
  for (TrialId id; id.value < study.trial_count(); ++id.value)
    if (study.trial(id).origin == Origin::imported && study.note(id).starts_with(start)) return true;
  return false;
}

}  // namespace tuner
