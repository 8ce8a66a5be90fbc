#include "plugins/strategies/bayes/belief.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "plugins/strategies/bayes/normal_distribution.h"

namespace tuner::strategies::bayes {
namespace {

// The chance that a belief is of no use, so that the truth may lie anywhere: without it a normal density would forbid
// what is some standard deviations away for hundreds of trials.
constexpr double kChanceOfError = 0.01;

// The normal density over its largest.
double normal_part(double z) {
  return (1 - kChanceOfError) * std::exp(-z * z / 2);
}

}  // namespace

double Belief::Normal::value(double u) const {
  return log ? low * std::pow(high / low, u) : low + (high - low) * u;
}

double Belief::Normal::coordinate(double value) const {
  const double within = std::clamp(value, low, high);
  return log ? std::log(within / low) / std::log(high / low) : (within - low) / (high - low);
}

Belief::Belief(const plugin::Space& space) {
  const nlohmann::json all = nlohmann::json::parse(space.json());
  for (const auto& entry : all.at("parameters")) {
    if (!entry.contains("prior")) continue;
    const std::size_t j = space.find(entry.at("name").get<std::string>());
    if (j == space.size() || !(space[j].low < space[j].high)) continue;
    const auto& prior = entry.at("prior");
    parameters_.push_back({j, prior.at("mean").get<double>(), prior.at("sd").get<double>(), space[j].low, space[j].high,
                           space[j].log != 0});
  }
}

double Belief::log_density(const Point& point) const {
  double sum = 0;
  for (const Normal& normal : parameters_)
    if (point.is_active(normal.parameter))
      sum += std::log(kChanceOfError + normal_part(normal.z(point.configuration[normal.parameter])));
  return sum;
}

double Belief::value(std::size_t parameter, double u, double otherwise) const {
  for (const Normal& normal : parameters_)
    if (normal.parameter == parameter) return normal.value(u);
  return otherwise;
}

double Belief::slope(std::size_t parameter, double u) const {
  for (const Normal& normal : parameters_) {
    if (normal.parameter != parameter) continue;
    const double value = normal.value(u);
    const double by_u = normal.log ? value * std::log(normal.high / normal.low) : normal.high - normal.low;
    const double z = normal.z(value);
    const double share = normal_part(z) / (kChanceOfError + normal_part(z));
    return -share * z / normal.sd * by_u;
  }
  return 0;
}

void Belief::draw(std::vector<double>& cube) const {
  for (const Normal& normal : parameters_) {
    double& u = cube[normal.parameter];
    u = normal.coordinate(normal.mean + normal.sd * normal_quantile(u));
  }
}

}  // namespace tuner::strategies::bayes
