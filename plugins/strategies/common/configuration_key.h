// What a configuration is known by in sets and maps: the bits of its values, so that inactive equals inactive and -0
// equals 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tuner::strategies {

using ConfigurationKey = std::vector<std::uint64_t>;

ConfigurationKey key_of(std::span<const double> configuration);

struct ConfigurationKeyHash {
  std::size_t operator()(const ConfigurationKey& key) const;
};

}  // namespace tuner::strategies
