#include "plugins/strategies/bayes/maximizer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "plugins/strategies/bayes/box_minimizer.h"

namespace tuner::strategies::bayes {
namespace {

constexpr double kWorst = -std::numeric_limits<double>::infinity();
// The variance of a sample: none, but a number to take the root of.
constexpr double kOfSample = 1;
// Starts nearer than this, in length scales, would climb the same hill.
constexpr double kLeastDistance = 0.3;
// Of a point in one round; more would cost more than the candidates do.
constexpr std::size_t kMostNeighbours = 128;

std::vector<std::span<const double>> features_of(const std::vector<Point>& points) {
  std::vector<std::span<const double>> rows;
  rows.reserve(points.size());
  for (const Point& point : points) rows.emplace_back(point.features);
  return rows;
}

}  // namespace

Pool::Pool(std::vector<Point> points, const std::vector<GaussianProcess>& processes)
    : points_(std::move(points)), removed_(points_.size()) {
  const auto rows = features_of(points_);
  for (const GaussianProcess& process : processes) posteriors_.push_back(process.pool(rows));
}

void Pool::follow(const std::vector<GaussianProcess>& processes) {
  for (std::size_t i = 0; i < processes.size(); ++i) processes[i].follow(posteriors_[i]);
}

std::vector<double> Pool::scores(const Acquisition& acquisition) const {
  std::vector<double> scores(points_.size());
  std::vector<Moments> moments(posteriors_.size());
  std::vector<std::vector<double>> sampled;
  for (std::size_t m = 0; m < acquisition.samples.size(); ++m)
    sampled.push_back(acquisition.samples[m].at(posteriors_[m]));
  for (std::size_t j = 0; j < scores.size(); ++j) {
    for (std::size_t i = 0; i < moments.size(); ++i)
      moments[i] = i < sampled.size() ? Moments{sampled[i][j], kOfSample} : posteriors_[i].moments[j];
    scores[j] = removed_[j] ? kWorst : acquisition.score(moments, {}) + acquisition.bonus(points_[j]);
    if (std::isnan(scores[j])) scores[j] = kWorst;
  }
  return scores;
}

Maximizer::Maximizer(const Encoding& encoding, std::vector<GaussianProcess>& processes, const Acquisition& acquisition,
                     Box box, std::function<bool(const Point&)> is_taken)
    : encoding_(encoding),
      processes_(processes),
      acquisition_(acquisition),
      box_(std::move(box)),
      is_taken_(std::move(is_taken)),
      moments_(processes.size()),
      slopes_(processes.size()) {}

double Maximizer::score(const Point& point) {
  const auto& samples = acquisition_.samples;
  for (std::size_t i = 0; i < processes_.size(); ++i)
    moments_[i] =
        i < samples.size() ? Moments{samples[i].at(point.features), kOfSample} : processes_[i].at(point.features);
  return acquisition_.score(moments_, {}) + acquisition_.bonus(point);
}

double Maximizer::gradient(std::span<const double> features, std::span<double> by_feature) {
  const auto& samples = acquisition_.samples;
  std::vector<std::vector<double>> of_samples(samples.size(), std::vector<double>(by_feature.size()));
  for (std::size_t i = 0; i < processes_.size(); ++i)
    moments_[i] =
        i < samples.size() ? Moments{samples[i].at(features, of_samples[i]), kOfSample} : processes_[i].at(features);
  const double score = acquisition_.score(moments_, slopes_);
  std::fill(by_feature.begin(), by_feature.end(), 0.0);
  std::vector<double> own(by_feature.size());
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    if (slopes_[i].by_mean == 0 && slopes_[i].by_variance == 0) continue;
    const bool is_sampled = i < samples.size();
    if (!is_sampled) processes_[i].gradient(slopes_[i].by_mean, slopes_[i].by_variance, own);
    for (std::size_t e = 0; e < own.size(); ++e)
      by_feature[e] += is_sampled ? slopes_[i].by_mean * of_samples[i][e] : own[e];
  }
  return score;
}

// The best of the pool that are not taken and not near each other.
std::vector<std::size_t> Maximizer::starts(Pool& pool, std::size_t count) const {
  const std::vector<double> scores = pool.scores(acquisition_);
  const auto& length_scale = processes_[0].hyperparameters().length_scale;
  const auto is_near = [&](std::size_t a, std::size_t b) {
    return scaled_distance(pool.points()[a], pool.points()[b], encoding_, length_scale) < kLeastDistance;
  };
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  std::vector<std::size_t> chosen;
  for (const std::size_t i : order) {
    if (chosen.size() == count || scores[i] == kWorst) break;
    if (std::any_of(chosen.begin(), chosen.end(), [&](std::size_t other) { return is_near(i, other); })) continue;
    if (is_taken_(pool.points()[i]))
      pool.remove(i);
    else
      chosen.push_back(i);
  }
  return chosen;
}

std::optional<Candidate> Maximizer::best(Pool& pool, CandidateSource& source, const SearchEffort& effort) {
  std::optional<Candidate> best;
  for (const std::size_t start : starts(pool, effort.starts)) {
    Candidate candidate{pool.points()[start], 0};
    candidate.score = score(candidate.point);
    for (int round = 0; round < effort.rounds; ++round) {
      const bool climbed = climb_gradient(candidate, effort.iterations);
      if (!effort.discrete || !climb_discrete(candidate, source)) break;
      if (!climbed && round > 0) break;
    }
    if (!best || candidate.score > best->score) best = std::move(candidate);
  }
  return best;
}

// Moves the active smooth coordinates in units of min(2, length scale), then snaps to the cells; kept where the snapped
// point is better. A forbidden end is repaired by going back towards the start.
bool Maximizer::climb_gradient(Candidate& candidate, int iterations) {
  std::vector<std::size_t> moved;
  std::vector<double> unit;
  std::vector<double> x;
  std::vector<double> lower;
  std::vector<double> upper;
  for (std::size_t j = 0; j < encoding_.size(); ++j) {
    if (!encoding_[j].is_smooth() || encoding_[j].is_fixed() || !candidate.point.is_active(j)) continue;
    moved.push_back(j);
    unit.push_back(std::min(2.0, processes_[0].hyperparameters().length_scale[j]));
    x.push_back(candidate.point.cube[j] / unit.back());
    lower.push_back(std::min(box_.lower[j], candidate.point.cube[j]) / unit.back());
    upper.push_back(std::max(box_.upper[j], candidate.point.cube[j]) / unit.back());
  }
  if (moved.empty()) return false;

  std::vector<double> features = candidate.point.features;
  std::vector<double> by_feature(features.size());
  const Differentiable f = [&](std::span<const double> at, std::span<double> slope) {
    for (std::size_t i = 0; i < moved.size(); ++i) features[encoding_[moved[i]].first_feature] = at[i] * unit[i] - 0.5;
    double value = -gradient(features, by_feature);
    for (std::size_t i = 0; i < moved.size(); ++i) slope[i] = -by_feature[encoding_[moved[i]].first_feature] * unit[i];
    if (acquisition_.belief == nullptr) return value;
    Point believed = candidate.point;
    for (std::size_t i = 0; i < moved.size(); ++i) {
      const double u = at[i] * unit[i];
      believed.configuration[moved[i]] = acquisition_.belief->value(moved[i], u, believed.configuration[moved[i]]);
      slope[i] -= acquisition_.belief_weight * acquisition_.belief->slope(moved[i], u) * unit[i];
    }
    value -= acquisition_.bonus(believed);
    return value;
  };
  const Minimum minimum =
      minimize_in_box(f, x, lower, upper, {.iterations = iterations, .gradient_tolerance = 1e-6, .first_step = 0.1});
  if (!std::isfinite(minimum.value)) return false;
  for (const double share : {1.0, 0.5, 0.25, 0.125}) {
    std::vector<double> cube = candidate.point.cube;
    for (std::size_t i = 0; i < moved.size(); ++i)
      cube[moved[i]] = std::clamp((x[i] + share * (minimum.x[i] - x[i])) * unit[i], 0.0, 1.0);
    Point point = encoding_.from_cube(cube);
    if (!encoding_.is_allowed(point)) continue;
    const double reached = score(point);
    if (!(reached > candidate.score) || is_taken_(point)) return false;
    candidate = {std::move(point), reached};
    return true;
  }
  return false;
}

bool Maximizer::climb_discrete(Candidate& candidate, CandidateSource& source) {
  std::vector<Point> points = source.neighbours(candidate.point, box_, kMostNeighbours);
  std::erase_if(points, is_taken_);
  if (points.empty()) return false;
  const Pool pool(std::move(points), processes_);
  const std::vector<double> scores = pool.scores(acquisition_);
  const auto best = std::max_element(scores.begin(), scores.end());
  if (!(*best > candidate.score + 1e-9 * std::abs(candidate.score))) return false;
  candidate = {pool.points()[static_cast<std::size_t>(best - scores.begin())], *best};
  return true;
}

}  // namespace tuner::strategies::bayes
