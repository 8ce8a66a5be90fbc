#include "mpi_runner/plugin_host/process_tree.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <numeric>
#include <set>
#include <string>
#include <thread>

namespace tuner {
namespace {

namespace fs = std::filesystem;

fs::path proc(pid_t process) {
  return fs::path("/proc") / std::to_string(process);
}

// Children belong to the thread that started them. Processes and threads may vanish while we look.
std::vector<pid_t> children(pid_t process) {
  std::vector<pid_t> result;
  std::error_code gone;
  for (fs::directory_iterator thread(proc(process) / "task", gone), end; !gone && thread != end;
       thread.increment(gone)) {
    std::ifstream list(thread->path() / "children");
    for (pid_t child = 0; list >> child;) result.push_back(child);
  }
  return result;
}

std::uint64_t resident_bytes(pid_t process) {
  std::ifstream statm(proc(process) / "statm");
  std::uint64_t size_pages = 0;
  std::uint64_t resident_pages = 0;
  statm >> size_pages >> resident_pages;
  return resident_pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

// The value of a line "name value …" or "name: value …"; 0 where there is none.
std::uint64_t value_in(const fs::path& file, const std::string& name) {
  std::ifstream words(file);
  std::string word;
  std::uint64_t value = 0;
  while (words >> word)
    if (word == name && words >> value) return value;
  return 0;
}

std::uint64_t proportional_bytes(pid_t process) {
  const std::uint64_t kilobytes = value_in(proc(process) / "smaps_rollup", "Pss:");
  return kilobytes > 0 ? 1024 * kilobytes : resident_bytes(process);
}

std::uint64_t sum(const std::vector<pid_t>& processes, std::uint64_t (*bytes_of)(pid_t)) {
  return std::transform_reduce(processes.begin(), processes.end(), std::uint64_t{0}, std::plus<>(), bytes_of);
}

}  // namespace

std::vector<pid_t> descendants() {
  std::vector<pid_t> result = children(getpid());
  // A process that moves up to us while we look must not be listed twice.
  std::set<pid_t> seen(result.begin(), result.end());
  for (std::size_t next = 0; next < result.size(); ++next)
    for (const pid_t child : children(result[next]))
      if (seen.insert(child).second) result.push_back(child);
  return result;
}

std::uint64_t resident_bytes(const std::vector<pid_t>& processes) {
  return sum(processes, resident_bytes);
}

std::uint64_t proportional_bytes(const std::vector<pid_t>& processes) {
  return sum(processes, proportional_bytes);
}

void kill_descendants() {
  // Each pass finds children that were started during the last one; a process that was killed starts no more.
  std::set<pid_t> killed;
  for (bool found_new = true; found_new;) {
    found_new = false;
    for (const pid_t process : descendants()) {
      if (!killed.insert(process).second) continue;
      kill(process, SIGKILL);
      found_new = true;
    }
  }
}

void bury_descendants() {
  using namespace std::chrono_literals;
  for (;;) {
    kill_descendants();
    pid_t reaped = 0;
    do reaped = waitpid(-1, nullptr, WNOHANG);
    while (reaped > 0);
    if (reaped < 0) return;  // no children are left
    std::this_thread::sleep_for(1ms);
  }
}

std::uint64_t kernel_oom_kills() {
  return value_in("/proc/vmstat", "oom_kill");
}

}  // namespace tuner
