// What a rank did, beside the study in study.h5.logs: rank-3.log, one JSON object a line, and trial-318-attempt-1.log
// for each attempt that printed something. For people who ask why; nothing depends on it, so a log that cannot be
// written is no reason to stop. One thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "core/ids.h"

namespace tuner {

// The folder of a study's logs.
std::filesystem::path logs_of(const std::filesystem::path& study);
// What this attempt printed, if it printed something.
std::filesystem::path output_file(const std::filesystem::path& logs, TrialId trial, std::uint32_t attempt);

class RankLog {
 public:
  using Value = std::variant<std::string, double, std::uint64_t>;
  using Fields = std::initializer_list<std::pair<const char*, Value>>;

  // Nothing is made before the first line is written: a run that is refused leaves no trace.
  RankLog(std::filesystem::path folder, RankId rank) : folder_(std::move(folder)), rank_(rank) {}

  // {"time": …, "event": "host died", …}. A file that has become too long is kept as rank-3.log.1 and begun anew.
  void write(std::string_view event, Fields fields);
  void keep_output(TrialId trial, std::uint32_t attempt, std::string_view text) const;

 private:
  std::filesystem::path file() const;
  void open();
  void rotate();

  std::filesystem::path folder_;
  RankId rank_;
  std::ofstream out_;
  std::uint64_t written_bytes_ = 0;
};

}  // namespace tuner
