// Facts about the machine that a rank runs on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mpi_runner/job_facts.h"

namespace tuner {

std::string host_name();

// Cores that this process may use, by their numbers: its affinity mask, not the machine. At least one.
std::vector<std::uint32_t> usable_cores();

// "x86-64-v3": what the last bits of floating point may depend on.
std::string cpu_level();

// What an epoch records: JSON, see storage/FORMAT.md.
std::string epoch_facts(std::size_t ranks, std::uint32_t threads, const JobFacts& job,
                        const std::string& strategy_sha256, const std::string& objective_sha256);

}  // namespace tuner
