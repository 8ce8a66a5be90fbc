// One output of a study, an objective or a constraint, at some of its observations.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "plugins/strategies/bayes/history.h"
#include "plugins/strategies/bayes/output_transform.h"
#include "plugins/strategies/bayes/training_set.h"

namespace tuner::strategies::bayes {

struct OutputData {
  const History& history;
  std::size_t objectives;
  std::size_t output;  // objectives, then constraints
  std::span<const std::size_t> rows;

  bool is_objective() const { return output < objectives; }
  std::vector<double> values() const;  // of the observations that worked
  OutputTransform transform(Squashing squashing) const;
  // Failed observations become a target a little worse than the worst.
  TrainingSet training_set(const OutputTransform& transform) const;

 private:
  double value(const Observation& observation) const;
};

}  // namespace tuner::strategies::bayes
