// What failed trials teach.
#pragma once

#include "plugins/strategies/bayes/encoding.h"
#include "plugins/strategies/bayes/gaussian_process.h"
#include "plugins/strategies/bayes/history.h"
#include "plugins/strategies/bayes/hyperparameters.h"

namespace tuner::strategies::bayes {

enum class FailureModel {
  none,
  imputed,  // few: rows a little worse than the worst (which says where not to look, but bends the objective)
  modelled  // a process of their own
};

FailureModel failure_model_for(const History& history);

// Tells configurations that work (+1) from those that fail (-1). `objective`: the hyperparameters of the first one.
GaussianProcess failure_process(const History& history, const Hyperparameters& objective, const Encoding& encoding,
                                const Prior& prior);

}  // namespace tuner::strategies::bayes
