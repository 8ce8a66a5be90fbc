// From what the ranks report to what the user should change. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "mpi_runner/doctor/finding.h"
#include "mpi_runner/doctor/rank_report.h"

namespace tuner {

// The environment of rank 0 and what SLURM says of its job.
struct ExaminedJob {
  std::size_t ranks = 1;                         // that the launcher started
  std::map<std::string, std::string> variables;  // SLURM_…
  std::string line;                      // one line of `scontrol --oneliner show job`; empty where there is none
  double seconds_left = -1;              // of the allocation; < 0 = not known
  std::uint64_t trial_memory_bytes = 0;  // 0 = not limited
  std::uint32_t threads = 0;             // of a trial, as typed; 0 = as many as a rank gets
};

// In the order in which they are read. Reports of ranks that did not answer are missing.
Findings judge(const std::vector<RankReport>& reports, const ExaminedJob& job);

// "key=value" of scontrol's line; empty where it is not there.
std::string field_of_job(const std::string& job, const std::string& key);

// Of scontrol's "1-02:03:04", "02:03:04"; < 0 where it is none.
double seconds_from_slurm_time(const std::string& text);

}  // namespace tuner
