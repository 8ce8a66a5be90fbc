// Finds a local minimum of a smooth function in a box: projected L-BFGS (Liu & Nocedal, Mathematical Programming 45,
// 1989; projection onto bounds as in Bertsekas, SIAM J. Control and Optimization 20, 1982).
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace tuner::strategies::bayes {

// Returns f(x) and fills the gradient; not finite = outside of the domain, which is never stepped to.
using Differentiable = std::function<double(std::span<const double> x, std::span<double> gradient)>;

struct BoxMinimizerOptions {
  int iterations = 40;
  double gradient_tolerance = 1e-2;  // largest component of the projected gradient
  double relative_decrease = 1e-6;   // two smaller ones in a row end it
  double first_step = 0.5;           // length of the first step's largest component
};

struct Minimum {
  std::vector<double> x;
  double value;
};

// x0 is moved into the box first. Never leaves it; value is not finite only where f(x0) is not.
Minimum minimize_in_box(const Differentiable& f, std::vector<double> x0, std::span<const double> lower,
                        std::span<const double> upper, const BoxMinimizerOptions& options = {});

}  // namespace tuner::strategies::bayes
