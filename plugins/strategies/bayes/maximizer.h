// Finds a point of high acquisition: the best of many candidates, then from a few of them uphill, along the gradient in
// continuous coordinates and by exact single moves in discrete ones. Every point that is compared is canonical.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "plugins/strategies/bayes/acquisition.h"
#include "plugins/strategies/bayes/candidates.h"
#include "plugins/strategies/bayes/encoding.h"
#include "plugins/strategies/bayes/gaussian_process.h"
#include "plugins/strategies/bayes/trust_region.h"

namespace tuner::strategies::bayes {

struct Candidate {
  Point point;
  double score;
};

// Candidates with the predictions of all processes, which follow the fantasies that are added.
class Pool {
 public:
  Pool(std::vector<Point> points, const std::vector<GaussianProcess>& processes);

  void follow(const std::vector<GaussianProcess>& processes);
  std::vector<double> scores(const Acquisition& acquisition) const;
  const std::vector<Point>& points() const { return points_; }
  void remove(std::size_t index) { removed_[index] = true; }  // its score becomes -infinity

 private:
  std::vector<Point> points_;
  std::vector<PoolPosterior> posteriors_;  // one a process
  std::vector<bool> removed_;
};

struct SearchEffort {
  std::size_t starts = 4;
  int iterations = 40;  // of the gradient ascent, in each round
  int rounds = 3;       // gradient ascent, then discrete moves
  bool discrete = true;
};

class Maximizer {
 public:
  // `is_taken`: configurations that may not be suggested.
  Maximizer(const Encoding& encoding, std::vector<GaussianProcess>& processes, const Acquisition& acquisition, Box box,
            std::function<bool(const Point&)> is_taken);

  // The best that can be reached from the pool's best; nothing where all of the pool is taken. Removes from the pool
  // what is found to be taken.
  std::optional<Candidate> best(Pool& pool, CandidateSource& source, const SearchEffort& effort);

  double score(const Point& point);
  // Of the acquisition by the features of a point; returns the score.
  double gradient(std::span<const double> features, std::span<double> by_feature);

 private:
  std::vector<std::size_t> starts(Pool& pool, std::size_t count) const;
  bool climb_gradient(Candidate& candidate, int iterations);
  bool climb_discrete(Candidate& candidate, CandidateSource& source);

  const Encoding& encoding_;
  std::vector<GaussianProcess>& processes_;
  const Acquisition& acquisition_;
  Box box_;
  std::function<bool(const Point&)> is_taken_;
  std::vector<Moments> moments_;
  std::vector<Slopes> slopes_;
};

}  // namespace tuner::strategies::bayes
