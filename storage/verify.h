// Whether the files of a study are whole: checksums, sequence, and whether the tables that people read say the same as
// the event log. Reads only, also a study that is being written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "storage/file_calls.h"

namespace tuner {

enum class Verdict {
  whole,
  torn_tail,  // an interrupted run left an unfinished end, which is ignored: nothing acknowledged is missing
  damaged,
};

struct Verification {
  Verdict verdict = Verdict::whole;
  std::vector<std::string> findings;  // what was looked at and what is wrong with it, a line each
};

// Throws UserError where there is no study.
Verification verify_study(const std::filesystem::path& path, FileCalls& files = system_files());

}  // namespace tuner
