// What another program prints, of a command that runs no MPI.
#pragma once

#include <string>
#include <vector>

namespace tuner {

struct CommandOutput {
  int exit_code = 0;  // 127: there is no such program; 128 + signal where one ended it
  std::string text;   // standard output, then standard error, as they come
};

// Finds the program in PATH and waits for its end. Throws std::system_error where no process can be made.
CommandOutput command_output(const std::vector<std::string>& words);

}  // namespace tuner
