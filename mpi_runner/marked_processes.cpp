#include "mpi_runner/marked_processes.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string_view>

namespace tuner {
namespace {

namespace fs = std::filesystem;

bool is_number(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char digit) { return digit >= '0' && digit <= '9'; });
}

// Empty where we may not read it, or the process is gone.
std::string environment_of(const fs::path& process) {
  std::ifstream file(process / "environ");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::set<pid_t> marked_processes(const std::string& mark) {
  const std::string whole_variable = mark + '\0';
  std::set<pid_t> result;
  std::error_code error;
  for (fs::directory_iterator process("/proc", error), end; !error && process != end; process.increment(error)) {
    const std::string name = process->path().filename();
    if (is_number(name) && environment_of(process->path()).find(whole_variable) != std::string::npos)
      result.insert(static_cast<pid_t>(std::stol(name)));
  }
  return result;
}

}  // namespace

std::string new_process_mark() {
  static unsigned hosts = 0;
  return "TUNER_PLUGIN_HOST=" + std::to_string(getpid()) + "-" + std::to_string(++hosts);
}

void kill_marked_processes(const std::string& mark) {
  std::set<pid_t> killed;
  for (bool found_new = true; found_new;) {
    found_new = false;
    for (const pid_t process : marked_processes(mark)) {
      if (!killed.insert(process).second) continue;
      kill(process, SIGKILL);
      found_new = true;
    }
  }
}

}  // namespace tuner
