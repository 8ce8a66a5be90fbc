#include "plugins/strategies/bayes/linear_algebra.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "plugins/strategies/bayes/random_stream.h"

namespace tuner::strategies::bayes {
namespace {

constexpr std::size_t kRows = 137;  // some blocks, and neither a multiple of a register nor of a block
constexpr std::size_t kMore = 3;
constexpr std::size_t kFeatures = 5;
constexpr std::size_t kCandidates = 11;
constexpr std::size_t kWaves = 23;
constexpr double kSignal = 1.3;
constexpr double kNoise = 1e-3;

// Arrays that begin `shift` numbers after a multiple of 64 bytes, as a heap may place them.
class Arrays {
 public:
  explicit Arrays(std::size_t shift) : shift_(shift) {}

  double* empty(std::size_t size) {
    constexpr std::size_t kAlignment = 64;
    std::vector<double>& storage = storage_.emplace_back(size + 2 * kAlignment / sizeof(double));
    const auto address = reinterpret_cast<std::uintptr_t>(storage.data());
    const std::size_t to_aligned = (kAlignment - address % kAlignment) % kAlignment / sizeof(double);
    return storage.data() + to_aligned + shift_;
  }
  double* random(std::size_t size) {
    double* const data = empty(size);
    for (std::size_t i = 0; i < size; ++i) data[i] = random_.normal();
    return data;
  }

 private:
  std::size_t shift_;
  std::vector<std::vector<double>> storage_;
  RandomStream random_{7};
};

// What every function gives, one after the other, from arrays that are placed so.
std::vector<double> results(const LinearAlgebra& algebra, std::size_t shift) {
  Arrays arrays(shift);
  std::vector<double> all;
  const auto keep = [&](const double* data, std::size_t size) { all.insert(all.end(), data, data + size); };
  const std::size_t total = kRows + kMore;
  const Points points{arrays.random(total * kFeatures), kRows, kFeatures, total};
  const Points more{points.data + kRows, kMore, kFeatures, total};
  const Points candidates{arrays.random(kCandidates * kFeatures), kCandidates, kFeatures, kCandidates};
  const double* const x = arrays.random(kFeatures);

  double* const k = arrays.empty(kRows * kRows);
  algebra.covariances(points, points, kSignal, k, kRows);
  keep(k, kRows * kRows);
  for (std::size_t i = 0; i < kRows; ++i) k[i * kRows + i] += kNoise;
  const Factor factor{arrays.empty(total * total), total};
  EXPECT_TRUE(algebra.invert_factor(k, kRows, factor));

  double* const cross = arrays.empty(kRows * kMore);
  double* const own = arrays.empty(kMore * kMore);
  algebra.covariances(points, more, kSignal, cross, kRows);
  algebra.covariances(more, more, kSignal, own, kMore);
  for (std::size_t i = 0; i < kMore; ++i) own[i * kMore + i] += kNoise;
  EXPECT_TRUE(algebra.extend(factor, kRows, cross, own, kMore));
  for (std::size_t i = 0; i < total; ++i) keep(factor.data + i * total, i + 1);

  double* const of_one = arrays.empty(kRows);
  double* const derivative = arrays.empty(kRows);
  algebra.covariances_of_one(points, x, kSignal, of_one, derivative);
  keep(of_one, kRows);
  keep(derivative, kRows);
  double* const v = arrays.empty(kRows);
  double* const w = arrays.empty(kRows);
  all.push_back(algebra.whiten(factor, kRows, of_one, v, w));
  keep(w, kRows);

  double* const pool = arrays.empty(kRows * kCandidates);
  double* const out = arrays.empty(kCandidates);
  algebra.covariances(points, candidates, kSignal, pool, kRows);
  algebra.whitened_norms(factor, kRows, pool, kRows, kCandidates, out);
  keep(out, kCandidates);
  algebra.project(factor.data + kRows * total, kRows, pool, kRows, kCandidates, out);
  keep(out, kCandidates);

  double* const gradient = arrays.empty(kFeatures);
  algebra.weighted_differences(points, x, w, gradient);
  keep(gradient, kFeatures);
  const Waves waves{
      {arrays.random(kWaves * kFeatures), kWaves, kFeatures, kWaves}, arrays.random(kWaves), arrays.random(kWaves)};
  algebra.waves(waves, candidates, out);
  keep(out, kCandidates);
  all.push_back(algebra.waves_at_one(waves, x, gradient));
  keep(gradient, kFeatures);

  double* const noise = arrays.empty(kRows);
  for (std::size_t i = 0; i < kRows; ++i) noise[i] = kNoise;
  const LikelihoodData data{points, arrays.random(kRows), noise, noise, kSignal, 1e-2};
  const LikelihoodResult likelihood = algebra.likelihood(data, gradient);
  keep(gradient, kFeatures);
  all.insert(all.end(), {likelihood.value, likelihood.mean, likelihood.by_signal, likelihood.by_noise});
  return all;
}

// Else a suggestion would depend on what the heap has seen before, and a replay would differ.
TEST(LinearAlgebra, GivesTheSameBitsWhereverTheArraysStand) {
  for (const LinearAlgebra* algebra : {&linear_algebra(), &baseline_linear_algebra()}) {
    const std::vector<double> aligned = results(*algebra, 0);

    for (std::size_t shift = 1; shift < 8; ++shift)
      EXPECT_EQ(results(*algebra, shift), aligned) << algebra->level << ", " << shift << " numbers off";
  }
}

TEST(LinearAlgebra, GivesTheSameNumbersOnEachLevelOfProcessor) {
  const std::vector<double> best = results(linear_algebra(), 0);
  const std::vector<double> baseline = results(baseline_linear_algebra(), 0);

  ASSERT_EQ(best.size(), baseline.size());
  for (std::size_t i = 0; i < best.size(); ++i)
    EXPECT_NEAR(best[i], baseline[i], 1e-8 * (1 + std::abs(baseline[i]))) << i;
}

}  // namespace
}  // namespace tuner::strategies::bayes
