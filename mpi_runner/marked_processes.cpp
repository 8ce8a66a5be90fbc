#include "mpi_runner/marked_processes.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string_view>
#include <vector>

namespace tuner {
namespace {

namespace fs = std::filesystem;

bool is_number(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char digit) { return digit >= '0' && digit <= '9'; });
}

enum class Standing { marked, unmarked, gone };

// A process that has ended, has no memory of its own, or may not be read by us is gone.
Standing standing_of(const fs::path& process, const std::string& mark) {
  std::ifstream file(process / "environ");
  std::ostringstream environment;
  if (!(environment << file.rdbuf())) return Standing::gone;  // also where there is nothing to read
  const std::string whole_variable = mark + '\0';
  return environment.str().find(whole_variable) != std::string::npos ? Standing::marked : Standing::unmarked;
}

std::vector<pid_t> all_processes() {
  std::vector<pid_t> result;
  std::error_code error;
  for (fs::directory_iterator process("/proc", error), end; !error && process != end; process.increment(error)) {
    const std::string name = process->path().filename();
    if (is_number(name)) result.push_back(static_cast<pid_t>(std::stol(name)));
  }
  return result;
}

}  // namespace

std::string new_process_mark() {
  static unsigned hosts = 0;
  return "TUNER_PLUGIN_HOST=" + std::to_string(getpid()) + "-" + std::to_string(++hosts);
}

void kill_marked_processes(const std::string& mark) {
  // Each pass finds what was started during the last one. A process that ended between being listed and being looked at
  // may have been a marked one that left a child behind the list, so it asks for another pass just as one does that was
  // killed; a process that was killed starts no more.
  std::set<pid_t> settled;
  for (bool found_new = true; found_new;) {
    found_new = false;
    for (const pid_t process : all_processes()) {
      const Standing standing = standing_of(fs::path("/proc") / std::to_string(process), mark);
      if (standing == Standing::unmarked || !settled.insert(process).second) continue;
      if (standing == Standing::marked) kill(process, SIGKILL);
      found_new = true;
    }
  }
}

}  // namespace tuner
