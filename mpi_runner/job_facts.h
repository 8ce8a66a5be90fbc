// What an epoch records of the job that it runs in, so that the ledger can say where its core-seconds went.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tuner {

struct JobFacts {
  std::string name;                    // "1234", "1234 restart 2"; empty outside of SLURM
  bool run_begins_it = false;          // its script says so: what goes before will go before runs of other jobs, too
  double started = 0;                  // seconds since 1970: the job, or this process where that is not known
  std::uint64_t cores = 0;             // of the whole allocation; 0 = not known
  double predecessor_alive_until = 0;  // StudyStore::predecessor_alive_until()
};

JobFacts this_job();

// "4(x3),2" of SLURM_JOB_CPUS_PER_NODE and the like: 14. 0 for what is no such list.
std::uint64_t sum_over_nodes(std::string_view per_node);

}  // namespace tuner
