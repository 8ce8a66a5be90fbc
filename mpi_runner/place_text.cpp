#include "mpi_runner/place_text.h"

#include <fmt/format.h>

#include "mpi_runner/text.h"

namespace tuner {

std::string place_text(const Study& study, RankId rank, std::uint32_t host) {
  const std::string& name = study.hosts()[host];
  return name.empty() ? fmt::format("rank {}", rank.value) : fmt::format("rank {} on {}", rank.value, escaped(name));
}

std::string quarantine_text(const Study& study, const QuarantinedRank& rank) {
  return fmt::format("{}: {}", place_text(study, rank.rank, rank.host), escaped(rank.reason));
}

}  // namespace tuner
