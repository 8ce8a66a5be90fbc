// Makes a damaged study whole again, as far as its files allow, and keeps them as they were.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "storage/file_calls.h"

namespace tuner {

struct Repair {
  std::filesystem::path originals;    // the damaged study, with its journals beside it
  std::vector<std::string> findings;  // for people: what was wrong, what is left, and what is lost
};

// All that can be read, as one study file without journals. Throws UserError where there is no study, Interrupted where
// a run writes it, DamagedStudy where nothing can be read or the user can put it right better.
Repair repair_study(const std::filesystem::path& path, FileCalls& files = system_files());

}  // namespace tuner
