#include "plugins/strategies/bayes/training_set.h"

namespace tuner::strategies::bayes {

std::vector<double> scaled_columns(std::span<const std::span<const double>> rows, std::span<const std::size_t> owners,
                                   std::span<const double> length_scale) {
  std::vector<double> columns(rows.size() * owners.size());
  for (std::size_t e = 0; e < owners.size(); ++e) {
    const double inverse = 1 / length_scale[owners[e]];
    for (std::size_t a = 0; a < rows.size(); ++a) columns[e * rows.size() + a] = rows[a][e] * inverse;
  }
  return columns;
}

}  // namespace tuner::strategies::bayes
