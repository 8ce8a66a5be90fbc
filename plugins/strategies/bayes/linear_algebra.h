// The few loops that take the time of a suggestion, compiled once for any x86-64 and once for AVX2 with FMA; the
// machine decides at run time. This is the only door to Eigen, and Eigen's types stay behind it.
//
// Points are column-major: feature e of point a stands at data[e * stride + a], already divided by its length scale.
// An inverse factor is the lower triangle of L^-1 where K = L L^T, row-major: element (i, j) stands at
// data[i * stride + j]. All functions are pure; sizes are the caller's responsibility and asserted in debug builds.
#pragma once

#include <cstddef>

namespace tuner::strategies::bayes {

struct Points {
  const double* data;
  std::size_t rows;
  std::size_t features;
  std::size_t stride;  // at least rows
};

struct Factor {
  double* data;
  std::size_t stride;  // at least the rows of the factor
};

// The function sum_m amplitude_m cos(2 pi (frequency_m . x + phase_m)).
struct Waves {
  Points frequencies;        // m × features, in whole turns
  const double* phases;      // m, in whole turns
  const double* amplitudes;  // m
};

// Input and output of the marginal likelihood; noise_i = learned_noise_i + known noise, in squared target units.
struct LikelihoodData {
  Points points;                // n × features
  const double* targets;        // n
  const double* noise;          // n, total noise variance of each target
  const double* learned_noise;  // n, the part of it that is proportional to the hyperparameter
  double signal;                // s^2
  double mean_precision;        // of the prior N(0, 1 / mean_precision) of the constant mean
};

struct LikelihoodResult {
  bool positive_definite = false;
  double value = 0;      // negative log density of the targets without n/2 ln 2 pi
  double mean = 0;       // the constant that maximizes it
  double by_signal = 0;  // derivative by ln s^2
  double by_noise = 0;   // derivative by ln sigma^2
};

struct LinearAlgebra {
  const char* level;

  // covariances(a, b, s2, out): out(i, j) = s2 M52(|a_i - b_j|), column-major with a.rows rows and `out_stride`.
  void (*covariances)(const Points& a, const Points& b, double signal, double* out, std::size_t out_stride);

  // One point x against all: k_a = s2 M52(r_a), and derivative_a = s2 dM52/d(r^2) at r_a.
  void (*covariances_of_one)(const Points& points, const double* x, double signal, double* k, double* derivative);

  // Destroys `covariance` (n × n column-major, lower triangle read). False where it is not positive definite.
  bool (*invert_factor)(double* covariance, std::size_t n, const Factor& inverse_factor);

  // Extends the inverse factor of n rows by those of p more points: cross (n × p, column-major), own (p × p,
  // column-major, with noise; destroyed). False where the Schur complement is not positive definite.
  bool (*extend)(const Factor& inverse_factor, std::size_t n, const double* cross, double* own, std::size_t p);

  // v = L^-1 k and w = L^-T v, n each; returns |v|^2.
  double (*whiten)(const Factor& inverse_factor, std::size_t n, const double* k, double* v, double* w);

  // norms_j = |L^-1 k_j|^2 for the m columns of `k` (n × m).
  void (*whitened_norms)(const Factor& inverse_factor, std::size_t n, const double* k, std::size_t k_stride,
                         std::size_t m, double* norms);

  // out_j = row^T k_j for the m columns of `k` (n × m).
  void (*project)(const double* row, std::size_t n, const double* k, std::size_t k_stride, std::size_t m, double* out);

  // gradient_e = sum_a weight_a (x_e - points_ae).
  void (*weighted_differences)(const Points& points, const double* x, const double* weight, double* gradient);

  // The values of the waves at all points; and at one point x with the gradient there, which may be null.
  void (*waves)(const Waves& waves, const Points& points, double* values);
  double (*waves_at_one)(const Waves& waves, const double* x, double* gradient);

  // by_feature (features): derivatives by the logarithm of each feature's own length scale.
  LikelihoodResult (*likelihood)(const LikelihoodData& data, double* by_feature);
};

const LinearAlgebra& linear_algebra();           // the best that this machine can run
const LinearAlgebra& baseline_linear_algebra();  // what any x86-64 can run

}  // namespace tuner::strategies::bayes
