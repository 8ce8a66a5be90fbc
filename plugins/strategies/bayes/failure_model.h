// What failed trials teach.
#pragma once

#include <span>

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

// Tells configurations that work from those that fail: a trial works with the chance Phi(f), where f is this process
// (probit classification by Laplace's approximation, Rasmussen & Williams 2006, section 3.4). Its border may be sharp
// without the process being rough, since f may be large. `objective`: the hyperparameters of the first one.
GaussianProcess failure_process(const History& history, const Hyperparameters& objective, const Encoding& encoding);

// One more trial; false where it must be made anew.
bool append_outcome(GaussianProcess& process, std::span<const double> features, bool failed);

}  // namespace tuner::strategies::bayes
