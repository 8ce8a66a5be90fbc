#include "plugins/strategies/bayes/output_data.h"

#include <algorithm>

namespace tuner::strategies::bayes {
namespace {

constexpr double kWorseThanWorst = 0.5;  // targets

}  // namespace

double OutputData::value(const Observation& observation) const {
  return is_objective() ? observation.values[output] : observation.constraints[output - objectives];
}

std::vector<double> OutputData::values() const {
  std::vector<double> values;
  for (const std::size_t i : rows)
    if (!history.observations()[i].failed) values.push_back(value(history.observations()[i]));
  return values;
}

OutputTransform OutputData::transform(Squashing squashing) const {
  return is_objective() ? OutputTransform::of(values(), squashing) : OutputTransform::of_constraint(values());
}

TrainingSet OutputData::training_set(const OutputTransform& transform) const {
  double worst = 0;
  for (const double each : values()) worst = std::max(worst, transform.target(each));
  TrainingSet data;
  for (const std::size_t i : rows) {
    const Observation& observation = history.observations()[i];
    if (observation.failed) {
      data.add(observation.point.features, worst + kWorseThanWorst);
      continue;
    }
    const double variance = is_objective() ? observation.variances[output] : 0;
    const double slope = transform.derivative(value(observation));
    if (is_objective() && variance == 0 && observation.replicates > 1) {
      data.scatter += std::min(observation.scatters[output] * slope * slope, 1e6);
      data.scatter_freedom += observation.replicates - 1;
    }
    data.add(observation.point.features, transform.target(value(observation)),
             {1 / observation.replicates, std::min(variance * slope * slope, 1e6)});
  }
  return data;
}

}  // namespace tuner::strategies::bayes
