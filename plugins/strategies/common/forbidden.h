// The forbidden combinations of a space, from its JSON text. contains() only judges whole configurations; whoever goes
// through all of them needs to know how much of the space a combination rules out.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tuner/strategy.h"

namespace tuner::strategies {

// Holds where the parameter has one of `values`, or, where there are none, lies in [low, high].
struct ForbiddenCondition {
  std::size_t parameter = 0;
  std::vector<double> values = {};
  double low = 0;
  double high = 0;

  bool holds(double value) const;  // false for NaN
};

struct ForbiddenClause {
  std::vector<ForbiddenCondition> conditions;  // all of them must hold; the last parameter's stands last
  std::vector<bool> parameters;                // of each parameter: whether it is named, or decides about one that is

  const ForbiddenCondition& last() const { return conditions.back(); }
};

class ForbiddenCombinations {
 public:
  explicit ForbiddenCombinations(const plugin::Space& space);

  bool empty() const { return clauses_.empty(); }
  // Of the clauses that a canonical configuration meets, the one whose last parameter comes first: every configuration
  // with the same values up to there is forbidden. Null where the configuration is allowed.
  const ForbiddenClause* widest_met(std::span<const double> configuration) const;
  // Of each parameter: whether it decides if `parameter` is active.
  const std::vector<bool>& ancestors(std::size_t parameter) const { return ancestors_[parameter]; }

 private:
  std::vector<std::vector<bool>> ancestors_;
  std::vector<ForbiddenClause> clauses_;  // by their last parameters
};

}  // namespace tuner::strategies
