#include "core/replicates.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace tuner {
namespace {

bool better(const Study& study, double one, double other) {
  return study.definition().goal.objectives[0].maximize ? one > other : one < other;
}

bool can_lead(const Study& study, TrialId id) {
  const Trial& trial = study.trial(id);
  return trial.state == TrialState::complete && is_searched(trial) && study.feasible(id);
}

std::vector<TrialId> leaders(const Study& study) {
  std::vector<TrialId> candidates;
  for (const TrialId id : study.finished())
    if (can_lead(study, id)) candidates.push_back(id);
  std::ranges::stable_sort(candidates, [&](TrialId one, TrialId other) {
    return better(study, study.values(one)[0], study.values(other)[0]);
  });
  std::vector<TrialId> chosen;
  for (const TrialId id : candidates) {
    if (chosen.size() == kLeaders) break;
    if (std::ranges::none_of(chosen, [&](TrialId other) {
          return same_configuration(study.configuration(id), study.configuration(other));
        }))
      chosen.push_back(id);
  }
  return chosen;
}

std::map<TrialId, std::vector<TrialId>> replicates_by_leader(const Study& study) {
  std::map<TrialId, std::vector<TrialId>> replicates;
  for (TrialId id; id.value < study.trial_count(); ++id.value)
    if (study.trial(id).origin == Origin::replicate) replicates[*study.trial(id).parent].push_back(id);
  return replicates;
}

ReplicatedValue value_of(const Study& study, TrialId leader, const std::vector<TrialId>& replicates) {
  std::vector<double> values;
  for (const TrialId id : replicates)
    if (study.trial(id).state == TrialState::complete) values.push_back(study.values(id)[0]);
  const auto runs = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += value;
  const double mean = sum / runs;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const double standard_error =
      values.size() > 1 ? std::sqrt(squares / (runs - 1) / runs) : std::numeric_limits<double>::quiet_NaN();
  return {leader, values.size(), mean, standard_error};
}

}  // namespace

std::vector<NewTrial> missing_replicates(const Study& study, std::uint64_t times) {
  const auto present = replicates_by_leader(study);
  std::vector<NewTrial> missing;
  for (const TrialId leader : leaders(study)) {
    const auto found = present.find(leader);
    const auto configuration = study.configuration(leader);
    const auto fidelities = study.fidelities(leader);
    for (std::uint64_t have = found == present.end() ? 0 : found->second.size(); have < times; ++have)
      missing.push_back({TrialId{study.trial_count() + missing.size()},
                         {configuration.begin(), configuration.end()},
                         {fidelities.begin(), fidelities.end()},
                         leader,
                         {}});
  }
  return missing;
}

std::vector<ReplicatedValue> replicated_values(const Study& study) {
  std::vector<ReplicatedValue> values;
  for (const auto& [leader, replicates] : replicates_by_leader(study)) {
    const ReplicatedValue value = value_of(study, leader, replicates);
    if (value.runs > 0) values.push_back(value);
  }
  std::ranges::stable_sort(values, [&](const ReplicatedValue& one, const ReplicatedValue& other) {
    return better(study, one.mean, other.mean);
  });
  return values;
}

std::optional<TrialId> final_choice(const Study& study) {
  const std::vector<ReplicatedValue> values = replicated_values(study);
  return values.empty() ? study.best() : values.front().leader;
}

}  // namespace tuner
