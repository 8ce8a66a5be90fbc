// How promising a point is, from what the processes predict there. Scores are to be maximized.
//
//   LogEI   ln E[max(tau - f, 0)] against tau, the least posterior mean so far (Ament et al., NeurIPS 2023)
//   LCB     -(mean - kappa sd)                                             (Srinivas et al., ICML 2010)
//   sample  -f for an f drawn from the posterior, which is all the moments then: LCB with kappa = 0
//
// Chances of being feasible multiply the improvement (Gardner et al., ICML 2014), those of constraints squared and that
// of working cubed: as many times their logarithms are added to LogEI. LCB loses 3 (1 - P) times the range of the
// targets. Several objectives are made one by the augmented Chebyshev function max_m w_m z_m + 0.05 sum_m w_m z_m of
// their confidence bounds z_m, scaled by the ranges of the front (Knowles, "ParEGO", IEEE TEC 10, 2006), whose weights
// are drawn anew for each suggestion. They are measured from a point that is a little better than the front.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "plugins/strategies/bayes/belief.h"
#include "plugins/strategies/bayes/gaussian_process.h"
#include "plugins/strategies/bayes/posterior_sample.h"

namespace tuner::strategies::bayes {

enum class Criterion { log_expected_improvement, confidence_bound, posterior_sample, feasibility };

// Derivatives of a score by the moments of one process.
struct Slopes {
  double by_mean = 0;
  double by_variance = 0;
};

// Of one objective among several: its scaled confidence bound is (mean - kappa sd - ideal) / range.
struct ObjectiveScale {
  double weight = 1;
  double ideal = 0;
  double range = 1;
};

struct Acquisition {
  Criterion criterion = Criterion::log_expected_improvement;
  double kappa = 1.8;
  double incumbent = 0;                       // tau
  double target_range = 1;                    // largest target minus least
  std::size_t constraints = 0;                // processes after those of the objectives; met where <= 0
  bool has_failures = false;                  // the last process tells trials that work (+1) from failing ones (-1)
  std::vector<ObjectiveScale> scales = {{}};  // one an objective
  // One an objective for the criterion of that name, else none; their values take the place of the means.
  std::vector<PosteriorSample> samples = {};
  const Belief* belief = nullptr;  // of a person; nothing where there is none
  double belief_weight = 0;        // b / n

  // What the belief adds to the score of a point.
  double bonus(const Point& point) const { return belief == nullptr ? 0 : belief_weight * belief->log_density(point); }

  // Moments of the objectives, then of the constraints, then of the failures; `slopes` of the same size, or empty.
  double score(std::span<const Moments> moments, std::span<Slopes> slopes) const;
};

}  // namespace tuner::strategies::bayes
