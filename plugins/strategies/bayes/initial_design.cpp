#include "plugins/strategies/bayes/initial_design.h"

#include <algorithm>
#include <limits>

#include "plugins/strategies/bayes/random_stream.h"

namespace tuner::strategies::bayes {

InitialDesign::InitialDesign(const Encoding& encoding, const Belief& belief, std::uint64_t seed)
    : encoding_(encoding),
      belief_(belief),
      sequence_(std::min(encoding.size(), ScrambledSobol::kMostDimensions), seed),
      seed_(seed) {}

std::size_t InitialDesign::size(std::size_t workers) const {
  const std::size_t dimensions = encoding_.varying_count();
  const std::size_t least = std::clamp<std::size_t>(dimensions + 1, 4, 20);
  return std::max(least, std::min(2 * workers, 4 * (dimensions + 1)));
}

Point InitialDesign::default_point() const {
  std::vector<double> configuration(encoding_.size(), std::numeric_limits<double>::quiet_NaN());
  encoding_.space().make_canonical(configuration);
  return encoding_.from_configuration(configuration);
}

// Boost knows the sequence up to some thousands of dimensions; those beyond are random.
Point InitialDesign::point(std::uint64_t index) {
  std::vector<double> cube = sequence_.point(index);
  RandomStream random(hash(seed_, index));
  while (cube.size() < encoding_.size()) cube.push_back(random.uniform());
  if (index % 2 == 0) belief_.draw(cube);
  return encoding_.from_cube(cube);
}

}  // namespace tuner::strategies::bayes
