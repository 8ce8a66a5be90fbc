// Where something ran, for people.
#pragma once

#include <string>

#include "core/study.h"

namespace tuner {

// "rank 2 on n7", or "rank 2" where the host is not known, and empty.
std::string place_text(RankId rank, const std::string& host);
// `host` is its place in Study::hosts().
std::string place_text(const Study& study, RankId rank, std::uint32_t host);

// "rank 2 on n7: 3 trials in a row crashed there …".
std::string quarantine_text(const Study& study, const QuarantinedRank& rank);

// Which failures are in doubt for that, and what to do about them; empty where none is.
std::string doubt_text(const Study& study);

}  // namespace tuner
