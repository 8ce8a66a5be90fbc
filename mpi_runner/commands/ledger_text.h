// What `tuner show STUDY --ledger` prints: where the core-seconds of the runs went.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <vector>

#include "core/ledger.h"

namespace tuner {

void print_ledger(std::ostream& out, const std::vector<LedgerEntry>& runs, std::size_t width);

}  // namespace tuner
