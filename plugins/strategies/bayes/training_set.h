// The rows that a Gaussian process is fitted to or conditioned on.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace tuner::strategies::bayes {

// How sure one target is: its variance is sigma^2 * share + known.
struct TargetNoise {
  double share = 1;  // 1 / m where the target is the mean of m replicates
  double known = 0;  // square of the standard error that came with it, in target units
};

struct TrainingSet {
  std::vector<std::span<const double>> features;  // one row each
  std::vector<double> targets;
  std::vector<TargetNoise> noise;
  // What replicates say of sigma^2 directly: the squared distances of targets from their means, and how many of them
  // are free.
  double scatter = 0;
  double scatter_freedom = 0;

  std::size_t size() const { return targets.size(); }
  void add(std::span<const double> row, double target, TargetNoise target_noise = {}) {
    features.push_back(row);
    targets.push_back(target);
    noise.push_back(target_noise);
  }
};

// Column-major (rows × features): column e divided by the length scale of the parameter that owns feature e.
std::vector<double> scaled_columns(std::span<const std::span<const double>> rows, std::span<const std::size_t> owners,
                                   std::span<const double> length_scale);

}  // namespace tuner::strategies::bayes
