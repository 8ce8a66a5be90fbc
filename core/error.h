// The few ways in which tuner fails, by who can mend it. Each message reads "problem (why) suggestion".
#pragma once

#include <stdexcept>
#include <string>

namespace tuner {

// The user's options, files or data are wrong. Exit code 1.
struct UserError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A plugin broke its contract or died. Exit code 2.
struct PluginError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A study's files contradict themselves. Exit code 3.
struct DamagedStudy : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The run cannot go on now, and nothing is lost (disk full, owner elsewhere). Exit code 4.
struct Interrupted : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace tuner
