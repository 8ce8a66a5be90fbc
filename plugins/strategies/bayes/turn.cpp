#include "plugins/strategies/bayes/turn.h"

#include <cmath>

namespace tuner::strategies::bayes {
namespace {

constexpr std::size_t kManyPending = 8;       // from here on four of five proposals are local, else every other
constexpr std::size_t kVeryManyPending = 31;  // beside the one that is asked for
constexpr double kSampled = 0.2;  // share of the proposals by a posterior sample where very many are pending
constexpr double kKappa = 1.8;
// b of belief.h: after ten results a belief of one sd off costs half a nat.
constexpr double kBeliefWeight = 10;

double log_uniform(double low, double high, double u) {
  return low * std::pow(high / low, u);
}

// Uniform on the simplex (Dirichlet with parameters 1).
std::vector<double> random_weights(std::size_t count, RandomStream& random) {
  std::vector<double> weights;
  double sum = 0;
  for (std::size_t m = 0; m < count; ++m) {
    weights.push_back(-std::log1p(-random.uniform()) + 1e-6);
    sum += weights.back();
  }
  for (double& weight : weights) weight /= sum;
  return weights;
}

void sample_objectives(Turn& turn, const Surrogate& surrogate, RandomStream& random) {
  turn.local = false;
  turn.acquisition.criterion = Criterion::posterior_sample;
  turn.acquisition.kappa = 0;
  for (std::size_t m = 0; m < turn.acquisition.scales.size(); ++m)
    turn.acquisition.samples.emplace_back(surrogate.objective(m), random);
}

// What all criteria share.
Acquisition acquisition_of(const Situation& situation) {
  Acquisition acquisition;
  acquisition.constraints = situation.goal.constraint_count;
  acquisition.has_failures = situation.surrogate.failure_model() == FailureModel::modelled;
  acquisition.target_range = situation.surrogate.target_range();
  if (!situation.belief.is_empty()) {
    acquisition.belief = &situation.belief;
    acquisition.belief_weight = kBeliefWeight / static_cast<double>(1 + situation.completed);
  }
  return acquisition;
}

}  // namespace

// LogEI and the confidence bound take turns, and so do the whole space and the trust region. Under noise, where LogEI
// can be stuck with a model that explains everything as noise, the bound comes twice as often. Where very many trials
// are pending, kappa varies so that they differ, and some minimize a sample of the posterior over the whole space.
Turn turn_of(std::uint64_t number, const Situation& situation, RandomStream& random) {
  const bool very_many_pending = situation.pending >= kVeryManyPending;
  const std::size_t objectives = situation.goal.maximize.size();
  const std::uint64_t period = situation.surrogate.is_noisy() ? 3 : 2;
  const std::uint64_t round = number / period;
  Turn turn{acquisition_of(situation)};
  turn.local = situation.pending >= kManyPending ? round % 5 != 0 : round % 2 == 1;

  Acquisition& acquisition = turn.acquisition;
  acquisition.kappa = very_many_pending || objectives > 1 ? log_uniform(0.1, 4, random.uniform()) : kKappa;
  acquisition.criterion = number % period == 0 ? Criterion::log_expected_improvement : Criterion::confidence_bound;
  if (objectives > 1) {
    acquisition.criterion = Criterion::confidence_bound;
    acquisition.scales = situation.surrogate.front_scales(random_weights(objectives, random));
  }
  const std::optional<double> incumbent = situation.surrogate.incumbent();
  acquisition.incumbent = incumbent.value_or(0);
  if (!incumbent)
    acquisition.criterion = Criterion::feasibility;
  else if (very_many_pending && random.uniform() < kSampled)
    sample_objectives(turn, situation.surrogate, random);
  return turn;
}

}  // namespace tuner::strategies::bayes
