// What a rank looks at on its own node. Everything here may meet a file system or a plugin that hangs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "mpi_runner/doctor/rank_report.h"

namespace tuner {

struct Examination {
  std::filesystem::path folder;  // of the study
  std::string marker;            // name of the file that rank 0 wrote into it
  std::filesystem::path plugin;  // empty: none was named
  std::vector<std::string> inputs;
};

std::string to_text(const Examination& examination);
Examination examination_from_text(const std::string& text);

// On rank 0, which removes it at the end. Throws std::system_error.
void write_marker(const std::filesystem::path& file);

// Bounded in time: what hangs is reported as an error.
RankReport examine(const Examination& examination, std::uint64_t rank);

}  // namespace tuner
