// When the time that this run was given began and ends: SLURM's environment says it, or scontrol, asked as a child
// process that nobody waits for; --time-limit too. The earlier end counts. A limit may be changed while the job runs,
// so SLURM can be asked again. One thread.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/event.h"
#include "mpi_runner/unique_fd.h"

namespace tuner {

inline constexpr const char* kTimeLimit = "--time-limit";

// nullptr where there is no variable of that name.
using Environment = std::function<const char*(const char* name)>;

// From SLURM_JOB_END_TIME and SLURM_JOB_START_TIME; `now_s` where only the end is told.
std::optional<AllocationSeen> allocation_in(const Environment& environment, double now_s);
// From what `scontrol -o show job` prints, in local time: the line of this job.
std::optional<AllocationSeen> allocation_from_scontrol(std::string_view printed, const std::string& job);

class Allocation {
 public:
  // `time_limit_s`: from now, 0 = none.
  Allocation(double time_limit_s, const Environment& environment);
  ~Allocation();
  Allocation(const Allocation&) = delete;
  Allocation& operator=(const Allocation&) = delete;

  // Before a run begins.
  void await_answer(double longest_s);
  // Takes what scontrol has answered. Says whether time() is news since the last call.
  bool has_news(double now_s);
  // While the answer is awaited.
  bool asking() const { return static_cast<bool>(output_); }
  double asked_for_s(double now_s) const { return now_s - asked_at_s_; }  // since the last question
  // Says whether it did: not where the last time is less than `every_s` ago.
  bool ask_again(double now_s, double every_s);
  const std::optional<AllocationSeen>& time() const { return time_; }

 private:
  void ask(double now_s);
  void read_output(double now_s);
  void take(const std::optional<AllocationSeen>& by_slurm);

  std::string job_;  // empty outside of SLURM
  std::optional<AllocationSeen> by_option_;
  std::optional<AllocationSeen> time_;
  bool news_ = false;
  UniqueFd output_;
  pid_t child_ = 0;
  std::string printed_;
  double asked_at_s_ = 0;
};

}  // namespace tuner
