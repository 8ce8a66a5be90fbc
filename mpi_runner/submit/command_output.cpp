#include "mpi_runner/submit/command_output.h"

#include <stdio.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "core/shell_word.h"

namespace tuner {

CommandOutput command_output(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += shell_word(word) + ' ';
  FILE* pipe = ::popen((line + "2>&1").c_str(), "re");
  if (pipe == nullptr) throw std::system_error(errno, std::generic_category(), "starting " + words.at(0));
  CommandOutput output;
  std::array<char, 4096> buffer;
  while (const std::size_t size = ::fread(buffer.data(), 1, buffer.size(), pipe))
    output.text.append(buffer.data(), size);
  const int status = ::pclose(pipe);
  output.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return output;
}

}  // namespace tuner
