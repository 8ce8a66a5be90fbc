#include "mpi_runner/place_text.h"

#include <fmt/format.h>

#include "mpi_runner/text.h"

namespace tuner {

std::string place_text(RankId rank, const std::string& host) {
  return host.empty() ? fmt::format("rank {}", rank.value) : fmt::format("rank {} on {}", rank.value, escaped(host));
}

std::string place_text(const Study& study, RankId rank, std::uint32_t host) {
  return place_text(rank, study.hosts()[host]);
}

std::string quarantine_text(const Study& study, const QuarantinedRank& rank) {
  return fmt::format("{}: {}", place_text(study, rank.rank, rank.host), escaped(rank.reason));
}

}  // namespace tuner
