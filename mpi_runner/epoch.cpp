#include "mpi_runner/epoch.h"

#include <algorithm>
#include <utility>

#include "mpi_runner/clock.h"

namespace tuner {
namespace {

bool known(const Study& study, const std::vector<double>& configuration) {
  const auto same = [](double a, double b) { return a == b || (a != a && b != b); };
  for (TrialId id; id.value < study.trial_count(); ++id.value)
    if (std::ranges::equal(study.configuration(id), configuration, same)) return true;
  return false;
}

}  // namespace

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

std::vector<std::vector<double>> not_yet_known(std::vector<std::vector<double>> wanted, const Study& study) {
  std::erase_if(wanted, [&](const auto& configuration) { return known(study, configuration); });
  return wanted;
}

std::vector<AttemptEnded> preempted(const Study& study) {
  std::vector<AttemptEnded> ended;
  for (const TrialId trial : study.running())
    ended.push_back(
        {trial, study.trial(trial).attempt, Cause::preempted, wall_time_s(), 0, {}, {}, {}, "the run ended"});
  return ended;
}

}  // namespace tuner
