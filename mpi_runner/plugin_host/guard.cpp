#include "mpi_runner/plugin_host/guard.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>

#include "mpi_runner/plugin_host/guard_report.h"
#include "mpi_runner/plugin_host/process_tree.h"
#include "mpi_runner/plugin_host/stack_dump.h"
#include "mpi_runner/unique_fd.h"

namespace tuner {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

// 20 ms let a process that touches 5 GB/s pass its limit by 100 MB.
constexpr auto kMemoryInterval = 20ms;
constexpr auto kGrace = 1s;
// Of -1000 … 1000: when the machine runs out of memory, the kernel should take a host before anything of the user's.
constexpr int kOomScore = 500;

// SLURM and terminals send these to all processes of a job; the rank decides what they mean.
constexpr int kIgnoredSignals[] = {SIGTERM, SIGINT,  SIGHUP,  SIGQUIT, SIGUSR1,
                                   SIGUSR2, SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE};

sigset_t child_signal() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGCHLD);
  return signals;
}

// Of the guard, and so of all that it starts. Where it fails, the launcher took cores away meanwhile: then as the rank.
void bind_to(const std::string& cores) {
  if (cores.empty()) return;
  cpu_set_t mask;
  CPU_ZERO(&mask);
  std::istringstream list(cores);
  for (std::string core; std::getline(list, core, ',');) CPU_SET(std::stoul(core), &mask);
  sched_setaffinity(0, sizeof mask, &mask);
}

[[noreturn]] void become_host(const std::string& plugin, pid_t guard) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != guard) _exit(1);  // the guard died before the line above
  setpgid(0, 0);
  for (const int signal_number : kIgnoredSignals) signal(signal_number, SIG_DFL);
  const sigset_t signals = child_signal();
  sigprocmask(SIG_UNBLOCK, &signals, nullptr);
  std::ofstream("/proc/self/oom_score_adj") << kOomScore;
  execl("/proc/self/exe", "tuner-plugin-host", "host", plugin.c_str(), nullptr);
  std::perror("tuner-plugin-host: cannot start the plugin host");
  _exit(1);
}

pid_t start_host(const std::string& plugin) {
  const pid_t guard = getpid();
  const pid_t host = fork();
  if (host == 0) become_host(plugin, guard);
  if (host < 0) {
    std::perror("tuner-plugin-host: cannot start the plugin host");
    std::exit(1);
  }
  close(kDataFd);
  return host;
}

class Guard {
 public:
  explicit Guard(const GuardOptions& options)
      : limit_bytes_(options.memory_limit_bytes), oom_kills_(kernel_oom_kills()), control_(kControlFd) {
    const sigset_t signals = child_signal();
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    children_ = UniqueFd(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    host_ = start_host(options.plugin);
    report({.news = GuardNews::started});
  }

  void watch() {
    while (!over_) {
      wait_for_news();
      reap();
      if (!over_) hear_rank();
      if (!over_) check_memory();
      if (!over_ && deadline_ && Clock::now() >= *deadline_) end_host();
    }
    bury_descendants();
  }

 private:
  void wait_for_news() {
    pollfd fds[] = {{children_.get(), POLLIN, 0}, {control_.get(), POLLIN, 0}};
    poll(fds, 2, poll_timeout_ms());
  }

  int poll_timeout_ms() const {
    std::optional<std::chrono::milliseconds> timeout;
    if (limit_bytes_ > 0) timeout = kMemoryInterval;
    if (deadline_) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline_ - Clock::now());
      timeout = std::min(timeout.value_or(left), std::max(left, 0ms));
    }
    return timeout ? static_cast<int>(timeout->count()) : -1;
  }

  // The guard is the subreaper: orphans of the host's are its children, too.
  void reap() {
    signalfd_siginfo ignored{};
    while (read(children_.get(), &ignored, sizeof ignored) > 0) {
    }
    int status = 0;
    for (pid_t child = 0; (child = waitpid(-1, &status, WNOHANG)) > 0;)
      if (child == host_) on_host_ended(status);
  }

  void on_host_ended(int status) {
    kill_descendants();
    const bool by_kernel = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && !killed_ &&  //
                           kernel_oom_kills() > oom_kills_;
    report({.news = by_kernel ? GuardNews::kernel_oom : GuardNews::host_ended,
            .killed_by_guard = static_cast<std::uint8_t>(killed_),
            .wait_status = status});
    over_ = true;
  }

  void hear_rank() {
    GuardCommand command{};
    const ssize_t size = control_ ? recv(control_.get(), &command, sizeof command, MSG_DONTWAIT) : -1;
    if (size > 0 && command == GuardCommand::print_stack) {
      kill(host_, kStackSignal);
    } else if (size > 0) {
      finishing_ |= command == GuardCommand::finish;
      if (!deadline_) deadline_ = Clock::now() + kGrace;
    } else if (size == 0 && finishing_) {
      control_.reset();  // the rank does not wait for the end that it asked for
    } else if (size == 0) {
      over_ = true;
    }
  }

  void check_memory() {
    if (limit_bytes_ == 0) return;
    const std::vector<pid_t> processes = descendants();
    const std::uint64_t resident = resident_bytes(processes);
    if (resident <= limit_bytes_) return;
    const std::uint64_t memory = processes.size() == 1 ? resident : proportional_bytes(processes);
    if (memory <= limit_bytes_) return;
    kill_descendants();
    report({.news = GuardNews::out_of_memory, .killed_by_guard = 1, .memory_bytes = memory});
    over_ = true;
  }

  void end_host() {
    killed_ = true;
    deadline_.reset();
    kill(host_, SIGKILL);
  }

  void report(GuardReport news) {
    news.host_pid = host_;
    if (control_) send(control_.get(), &news, sizeof news, MSG_NOSIGNAL | MSG_DONTWAIT);
  }

  std::uint64_t limit_bytes_;
  std::uint64_t oom_kills_;  // before the host was started
  UniqueFd control_;
  UniqueFd children_;
  pid_t host_ = 0;
  std::optional<Clock::time_point> deadline_;  // of the host's life
  bool finishing_ = false;
  bool killed_ = false;
  bool over_ = false;
};

}  // namespace

int run_guard(const GuardOptions& options) {
  for (const int signal_number : kIgnoredSignals) signal(signal_number, SIG_IGN);
  fcntl(kControlFd, F_SETFD, FD_CLOEXEC);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  bind_to(options.cores);
  Guard(options).watch();
  return 0;
}

}  // namespace tuner
