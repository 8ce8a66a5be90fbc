// The standard normal distribution far into its tails, where the textbook formulas give 0 / 0.
#pragma once

namespace tuner::strategies::bayes {

// exp(x^2) erfc(x) for x >= 0.
double scaled_erfc(double x);

double log_normal_cdf(double x);  // ln Phi(x)
double mills_ratio(double x);     // phi(x) / Phi(x), the derivative of ln Phi

// ln h(zeta) with h = phi + zeta Phi, the expected improvement in units of the standard deviation, and its derivative
// Phi / h (Ament et al., "Unexpected improvements to expected improvement", NeurIPS 2023, eq. 9).
struct LogImprovement {
  double value;
  double derivative;
};
LogImprovement log_improvement(double zeta);

// The x below which a share p of the standard normal distribution lies; p is cut to [1/2000, 1 - 1/2000].
double normal_quantile(double p);

}  // namespace tuner::strategies::bayes
