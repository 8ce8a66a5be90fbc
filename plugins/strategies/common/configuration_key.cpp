#include "plugins/strategies/common/configuration_key.h"

#include <bit>
#include <cmath>

#include "plugins/strategies/common/hash.h"

namespace tuner::strategies {

ConfigurationKey key_of(std::span<const double> configuration) {
  constexpr std::uint64_t kInactive = ~std::uint64_t{0};
  ConfigurationKey key(configuration.size());
  for (std::size_t i = 0; i < key.size(); ++i)  // + 0.0 turns -0.0 into 0.0
    key[i] = std::isnan(configuration[i]) ? kInactive : std::bit_cast<std::uint64_t>(configuration[i] + 0.0);
  return key;
}

std::size_t ConfigurationKeyHash::operator()(const ConfigurationKey& key) const {
  std::uint64_t bits = 0;
  for (const std::uint64_t value : key) bits = scrambled_bits((bits + kGoldenGamma) ^ value);
  return bits;
}

}  // namespace tuner::strategies
