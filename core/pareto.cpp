#include "core/pareto.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace tuner {
namespace {

struct Contender {
  TrialId trial;
  std::vector<double> losses;  // one for each objective, smaller is better
};

// Those that may stand on the front at all.
std::vector<Contender> candidates(const Study& study) {
  const auto& objectives = study.definition().goal.objectives;
  std::vector<Contender> all;
  for (const TrialId id : study.finished()) {
    const Trial& trial = study.trial(id);
    if (trial.state != TrialState::complete || !is_searched(trial) || !study.feasible(id)) continue;
    Contender candidate{id, {}};
    for (std::size_t i = 0; i < objectives.size(); ++i)
      candidate.losses.push_back(objectives[i].maximize ? -study.values(id)[i] : study.values(id)[i]);
    if (std::ranges::none_of(candidate.losses, [](double loss) { return std::isnan(loss); }))
      all.push_back(std::move(candidate));
  }
  return all;
}

bool dominates(const Contender& one, const Contender& other) {
  return one.losses != other.losses && std::ranges::equal(one.losses, other.losses, std::less_equal<>{});
}

}  // namespace

std::vector<TrialId> pareto_front(const Study& study) {
  std::vector<Contender> sorted = candidates(study);
  // In lexicographic order nothing is dominated by what comes after it, so that each is compared with the front alone.
  std::ranges::sort(sorted, [](const Contender& one, const Contender& other) {
    return std::tie(one.losses, one.trial) < std::tie(other.losses, other.trial);
  });
  std::vector<const Contender*> front;
  for (const Contender& candidate : sorted)
    if (std::ranges::none_of(front, [&](const Contender* better) { return dominates(*better, candidate); }))
      front.push_back(&candidate);
  std::vector<TrialId> trials;
  std::ranges::transform(front, std::back_inserter(trials), [](const Contender* found) { return found->trial; });
  return trials;
}

}  // namespace tuner
