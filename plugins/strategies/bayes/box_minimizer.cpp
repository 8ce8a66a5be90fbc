#include "plugins/strategies/bayes/box_minimizer.h"

#include <algorithm>
#include <cmath>
#include <deque>

namespace tuner::strategies::bayes {
namespace {

constexpr std::size_t kMemory = 8;
constexpr double kArmijo = 1e-4;
constexpr int kMostBacktracks = 12;

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

struct Bounds {
  std::span<const double> lower;
  std::span<const double> upper;

  // A variable at a bound that the gradient pushes against stays there.
  bool is_free(std::size_t i, double x, double gradient) const {
    return lower[i] < upper[i] && !(x <= lower[i] && gradient > 0) && !(x >= upper[i] && gradient < 0);
  }
};

struct Correction {
  std::vector<double> step;
  std::vector<double> change;  // of the gradient
  double inverse_curvature;
};

// The two-loop recursion (Nocedal & Wright 2006, algorithm 7.4).
std::vector<double> quasi_newton_direction(const std::deque<Correction>& memory, std::vector<double> direction) {
  std::vector<double> coefficients(memory.size());
  for (std::size_t i = memory.size(); i-- > 0;) {
    coefficients[i] = memory[i].inverse_curvature * dot(memory[i].step, direction);
    for (std::size_t j = 0; j < direction.size(); ++j) direction[j] -= coefficients[i] * memory[i].change[j];
  }
  if (!memory.empty()) {
    const Correction& last = memory.back();
    const double scale = 1 / (last.inverse_curvature * dot(last.change, last.change));
    for (double& component : direction) component *= scale;
  }
  for (std::size_t i = 0; i < memory.size(); ++i) {
    const double b = memory[i].inverse_curvature * dot(memory[i].change, direction);
    for (std::size_t j = 0; j < direction.size(); ++j) direction[j] += memory[i].step[j] * (coefficients[i] - b);
  }
  for (double& component : direction) component = -component;
  return direction;
}

class Search {
 public:
  Search(const Differentiable& f, std::vector<double> x0, Bounds bounds, const BoxMinimizerOptions& options)
      : f_(f), bounds_(bounds), options_(options), x_(std::move(x0)), gradient_(x_.size()) {
    for (std::size_t i = 0; i < x_.size(); ++i) x_[i] = std::clamp(x_[i], bounds_.lower[i], bounds_.upper[i]);
    value_ = f_(x_, gradient_);
  }

  Minimum run() {
    int small_decreases = 0;
    for (int i = 0; i < options_.iterations && std::isfinite(value_) && !is_stationary(); ++i) {
      const double before = value_;
      if (!step()) {
        if (memory_.empty()) break;
        memory_.clear();  // what was learnt misleads: once more along the gradient
        continue;
      }
      small_decreases =
          before - value_ < options_.relative_decrease * (std::abs(value_) + 1e-12) ? small_decreases + 1 : 0;
      if (small_decreases == 2) break;
    }
    return {std::move(x_), value_};
  }

 private:
  bool is_stationary() const {
    for (std::size_t i = 0; i < x_.size(); ++i)
      if (bounds_.is_free(i, x_[i], gradient_[i]) && std::abs(gradient_[i]) > options_.gradient_tolerance) return false;
    return true;
  }

  std::vector<double> descent_direction() {
    std::vector<double> free_gradient(x_.size());
    for (std::size_t i = 0; i < x_.size(); ++i)
      free_gradient[i] = bounds_.is_free(i, x_[i], gradient_[i]) ? gradient_[i] : 0;
    std::vector<double> direction = quasi_newton_direction(memory_, free_gradient);
    for (std::size_t i = 0; i < x_.size(); ++i)
      if (free_gradient[i] == 0) direction[i] = 0;
    if (!memory_.empty() && dot(direction, free_gradient) < 0) return direction;
    memory_.clear();
    double largest = 0;
    for (const double g : free_gradient) largest = std::max(largest, std::abs(g));
    const double scale = -options_.first_step / std::max(largest, options_.first_step);
    for (std::size_t i = 0; i < x_.size(); ++i) direction[i] = scale * free_gradient[i];
    return direction;
  }

  // Backtracking along the projected direction until f decreases enough.
  bool step() {
    const std::vector<double> direction = descent_direction();
    std::vector<double> x(x_.size());
    std::vector<double> gradient(x_.size());
    double length = 1;
    for (int trial = 0; trial < kMostBacktracks; ++trial, length *= trial < 3 ? 0.5 : 0.2) {
      double slope = 0;
      for (std::size_t i = 0; i < x_.size(); ++i) {
        x[i] = std::clamp(x_[i] + length * direction[i], bounds_.lower[i], bounds_.upper[i]);
        slope += gradient_[i] * (x[i] - x_[i]);
      }
      const double value = f_(x, gradient);
      if (!std::isfinite(value) || value > value_ + kArmijo * slope || slope >= 0) continue;
      remember(x, gradient);
      x_.swap(x);
      gradient_.swap(gradient);
      value_ = value;
      return true;
    }
    return false;
  }

  void remember(const std::vector<double>& x, const std::vector<double>& gradient) {
    Correction correction{x, gradient, 0};
    for (std::size_t i = 0; i < x.size(); ++i) {
      correction.step[i] -= x_[i];
      correction.change[i] -= gradient_[i];
    }
    const double curvature = dot(correction.step, correction.change);
    if (!(curvature > 1e-12 * dot(correction.change, correction.change))) return;
    correction.inverse_curvature = 1 / curvature;
    memory_.push_back(std::move(correction));
    if (memory_.size() > kMemory) memory_.pop_front();
  }

  const Differentiable& f_;
  Bounds bounds_;
  BoxMinimizerOptions options_;
  std::vector<double> x_;
  std::vector<double> gradient_;
  double value_ = 0;
  std::deque<Correction> memory_;
};

}  // namespace

Minimum minimize_in_box(const Differentiable& f, std::vector<double> x0, std::span<const double> lower,
                        std::span<const double> upper, const BoxMinimizerOptions& options) {
  return Search(f, std::move(x0), {lower, upper}, options).run();
}

}  // namespace tuner::strategies::bayes
