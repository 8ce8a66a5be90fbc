#include "core/vain_allocations.h"

#include <cmath>

namespace tuner {
namespace {

// Runs end a little before their allocation does.
constexpr double kLastPart = 0.1;

bool is_used_up(const Epoch& epoch) {
  if (!epoch.allocation || std::isnan(epoch.ended)) return false;
  const auto& [start, end, source] = *epoch.allocation;
  return epoch.ended >= end - kLastPart * (end - start);
}

}  // namespace

std::size_t allocations_in_vain(const Study& study) {
  std::size_t count = 0;
  for (auto epoch = study.epochs().rbegin(); epoch != study.epochs().rend() && !epoch->progressed; ++epoch)
    if (epoch->cut_short && is_used_up(*epoch)) ++count;
  return count;
}

}  // namespace tuner
