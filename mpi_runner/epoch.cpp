#include "mpi_runner/epoch.h"

#include <algorithm>
#include <utility>

#include "core/retry_policy.h"
#include "mpi_runner/clock.h"

namespace tuner {
EpochStarted next_epoch(const Study& study, std::string facts) {
  return {EpochNumber{study.epochs().size() + 1}, wall_time_s(), std::move(facts)};
}

std::vector<TrialAdded> enqueued(const Study& study, const std::vector<std::vector<double>>& configurations) {
  std::vector<TrialAdded> added;
  TrialId next{study.trial_count()};
  for (const std::vector<double>& configuration : configurations) {
    added.push_back(
        {Origin::enqueued, {next, configuration, study.definition().goal.highest_fidelities(), std::nullopt, {}}});
    ++next.value;
  }
  return added;
}

std::vector<Event> imported(const Study& study, const ImportedTrial& result) {
  NewTrial trial = result.trial;
  const TrialId id = trial.trial = TrialId{study.trial_count()};
  const double now_s = wall_time_s();
  constexpr std::uint32_t kAttempt = 1;
  return {
      TrialAdded{Origin::imported, std::move(trial)}, AttemptStarted{id, kAttempt, RankId{}, now_s},
      AttemptEnded{id, kAttempt, Cause::value, now_s, result.duration_s, result.values, result.constraints, {}, {}}};
}

std::optional<TrialId> trial_with(const Study& study, std::span<const double> configuration) {
  const std::vector<TrialId> in_doubt = doubtful_failures(study);
  for (TrialId id; id.value < study.trial_count(); ++id.value)
    if (study.trial(id).origin != Origin::imported && same_configuration(study.configuration(id), configuration) &&
        !std::ranges::count(in_doubt, id))
      return id;
  return std::nullopt;
}

std::vector<std::vector<double>> not_yet_known(std::vector<std::vector<double>> wanted, const Study& study) {
  std::vector<std::vector<double>> fresh;
  for (std::vector<double>& configuration : wanted) {
    const auto is_same = [&](const auto& other) { return same_configuration(other, configuration); };
    if (!trial_with(study, configuration) && std::ranges::none_of(fresh, is_same))
      fresh.push_back(std::move(configuration));
  }
  return fresh;
}

AttemptEnded preempted(const Study& study, TrialId trial, const std::string& why) {
  return {trial, study.trial(trial).attempt, Cause::preempted, wall_time_s(), 0, {}, {}, {}, why};
}

std::vector<AttemptEnded> preempted(const Study& study) {
  std::vector<AttemptEnded> ended;
  for (const TrialId trial : study.running()) ended.push_back(preempted(study, trial, "the run ended"));
  return ended;
}

}  // namespace tuner
