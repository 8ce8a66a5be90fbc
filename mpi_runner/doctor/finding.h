// What `tuner doctor` says about one thing that it has checked.
#pragma once

#include <string>
#include <vector>

namespace tuner {

struct Finding {
  enum class Level { ok, warning, problem };

  Level level = Level::ok;
  std::string check;   // "file system"
  std::string what;    // what was found, and where
  std::string advice;  // what to change; empty where all is well
};

using Findings = std::vector<Finding>;

}  // namespace tuner
