#include "plugins/strategies/bayes/posterior_sample.h"

#include <cmath>
#include <numbers>

namespace tuner::strategies::bayes {
namespace {

constexpr std::size_t kWaves = 200;
constexpr int kDegreesOfFreedom = 5;  // twice the smoothness 5/2

double chi_squared(int degrees, RandomStream& random) {
  double sum = 0;
  for (int i = 0; i < degrees; ++i) {
    const double normal = random.normal();
    sum += normal * normal;
  }
  return sum;
}

}  // namespace

PosteriorSample::PosteriorSample(const GaussianProcess& process, RandomStream& random) : process_(&process) {
  draw_waves(random);
  std::vector<double> observed(process.rows());
  linear_algebra().waves(waves(), process.observed(), observed.data());
  for (std::size_t i = 0; i < observed.size(); ++i) observed[i] += std::sqrt(process.noise()[i]) * random.normal();
  added_ = process.solve(observed);
  for (double& weight : added_) weight = -weight;
}

void PosteriorSample::draw_waves(RandomStream& random) {
  const std::size_t features = process_->observed().features;
  const double amplitude = std::sqrt(process_->hyperparameters().signal / kWaves);
  frequencies_.resize(kWaves * features);
  for (std::size_t m = 0; m < kWaves; ++m) {
    const double turns = std::sqrt(kDegreesOfFreedom / chi_squared(kDegreesOfFreedom, random)) / (2 * std::numbers::pi);
    for (std::size_t e = 0; e < features; ++e) frequencies_[e * kWaves + m] = turns * random.normal();
    phases_.push_back(random.uniform());
    amplitudes_.push_back(amplitude * std::sqrt(-2 * std::log1p(-random.uniform())));
  }
}

Waves PosteriorSample::waves() const {
  const std::size_t features = frequencies_.size() / kWaves;
  return {{frequencies_.data(), kWaves, features, kWaves}, phases_.data(), amplitudes_.data()};
}

double PosteriorSample::at(std::span<const double> features, std::span<double> by_feature) const {
  const auto& length_scale = process_->hyperparameters().length_scale;
  const std::vector<double> x = process_->scaled(features);
  std::vector<double> of_waves(by_feature.size());
  double* const gradient = by_feature.empty() ? nullptr : of_waves.data();
  const double prior = linear_algebra().waves_at_one(waves(), x.data(), gradient);
  const double value = process_->mean_with(added_, features, by_feature) + prior;
  for (std::size_t e = 0; e < by_feature.size(); ++e)
    by_feature[e] += of_waves[e] / length_scale[process_->owners()[e]];
  return value;
}

std::vector<double> PosteriorSample::at(const PoolPosterior& pool) const {
  std::vector<double> values = process_->means_with(added_, pool);
  std::vector<double> prior(values.size());
  const Points candidates{pool.columns.data(), values.size(), frequencies_.size() / kWaves, values.size()};
  linear_algebra().waves(waves(), candidates, prior.data());
  for (std::size_t j = 0; j < values.size(); ++j) values[j] += prior[j];
  return values;
}

}  // namespace tuner::strategies::bayes
