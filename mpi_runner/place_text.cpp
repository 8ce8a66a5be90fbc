#include "mpi_runner/place_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/retry_policy.h"
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

std::string doubt_text(const Study& study) {
  constexpr std::size_t kMostNamed = 10;
  const std::vector<TrialId> trials = doubtful_failures(study);
  if (trials.empty()) return {};
  std::vector<std::uint64_t> numbers(std::min(trials.size(), kMostNamed));
  std::transform(trials.begin(), trials.begin() + static_cast<std::ptrdiff_t>(numbers.size()), numbers.begin(),
                 [](TrialId trial) { return trial.value; });
  return fmt::format(
      "{} failed only where ranks were taken out since: {}{}. To try such a configuration again, see it with "
      "`tuner show --trial`, and --enqueue it",
      count_text(trials.size(), "trial"), fmt::join(numbers, ", "), trials.size() > kMostNamed ? ", …" : "");
}

}  // namespace tuner
