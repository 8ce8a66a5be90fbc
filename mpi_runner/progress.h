// What a person sees while a study runs: on a terminal one line that is redrawn, in a log a line now and then. Only
// results that survive a power cut are shown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "core/study.h"
#include "mpi_runner/rank_log.h"

namespace tuner {

class Progress {
 public:
  // `trials`: how many the study should have.
  Progress(std::uint64_t trials, RankLog& log);

  // Something that people should know, on a line of its own; also in the log.
  void notice(const std::string& text);
  // The result of this trial is safe.
  void acknowledged(const Study& study, TrialId trial);
  // Redraws when it is time.
  void draw(const Study& study, std::size_t busy_ranks, std::size_t ranks);
  // Ends the redrawn line.
  void finish();

 private:
  std::string line(const Study& study, std::size_t busy_ranks, std::size_t ranks) const;
  void clear_line();

  std::uint64_t trials_;
  RankLog& log_;
  bool terminal_;
  bool line_is_open_ = false;
  double started_s_;
  double next_draw_s_;
  std::uint64_t acknowledged_ = 0;  // results of this run
  std::optional<TrialId> shown_best_;
};

}  // namespace tuner
