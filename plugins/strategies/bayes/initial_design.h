// The first suggestions, before there is anything to model: the default configuration, then a scrambled Sobol sequence.
#pragma once

#include <cstdint>
#include <optional>

#include "plugins/strategies/bayes/belief.h"
#include "plugins/strategies/bayes/encoding.h"
#include "plugins/strategies/common/scrambled_sobol.h"

namespace tuner::strategies::bayes {

class InitialDesign {
 public:
  InitialDesign(const Encoding& encoding, const Belief& belief, std::uint64_t seed);

  // How many trials there should be before the model chooses: D + 1, and where many run at once up to 4 (D + 1), since
  // a model of few results says little to many workers.
  std::size_t size(std::size_t workers) const;

  // The defaults of the parameters, or the middle of their ranges; may be forbidden.
  Point default_point() const;
  // The `index`-th point of the sequence, every other one moved to where good values are believed to be; may be
  // forbidden.
  Point point(std::uint64_t index);

 private:
  const Encoding& encoding_;
  const Belief& belief_;
  ScrambledSobol sequence_;
  std::uint64_t seed_;
};

}  // namespace tuner::strategies::bayes
