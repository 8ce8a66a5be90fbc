#include "mpi_runner/host_spawn.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>

#include <cstring>
#include <string>
#include <system_error>
#include <vector>

#include "core/error.h"
#include "mpi_runner/host_environment.h"
#include "mpi_runner/marked_processes.h"
#include "mpi_runner/plugin_host/guard_report.h"

namespace tuner {
namespace {

void check(bool worked, const char* what) {
  if (!worked) throw std::system_error(errno, std::generic_category(), what);
}

// posix_spawn reports errors by its result.
void check_spawn(int error) {
  if (error != 0) throw std::system_error(error, std::generic_category(), "preparing to start a plugin host");
}

// The child's descriptors have numbers below this one, and dup2 onto them must not hit one that is still needed.
constexpr int kFirstFreeFd = 10;

UniqueFd out_of_the_way(UniqueFd fd) {
  UniqueFd high(::fcntl(fd.get(), F_DUPFD_CLOEXEC, kFirstFreeFd));
  check(static_cast<bool>(high), "fcntl");
  return high;
}

struct Ends {
  UniqueFd rank;
  UniqueFd child;
};

Ends make_sockets(int type) {
  int fds[2];
  check(::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds) == 0, "socketpair");
  UniqueFd rank(fds[0]);
  UniqueFd child(fds[1]);
  return {out_of_the_way(std::move(rank)), out_of_the_way(std::move(child))};
}

Ends make_pipe() {
  int fds[2];
  check(::pipe2(fds, O_CLOEXEC) == 0, "pipe2");
  UniqueFd rank(fds[0]);
  UniqueFd child(fds[1]);
  check(::fcntl(rank.get(), F_SETFL, O_NONBLOCK) == 0, "fcntl");
  return {out_of_the_way(std::move(rank)), out_of_the_way(std::move(child))};
}

class FileActions {
 public:
  FileActions() { check_spawn(posix_spawn_file_actions_init(&actions_)); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }

  void give(const UniqueFd& fd, int number) {
    check_spawn(posix_spawn_file_actions_adddup2(&actions_, fd.get(), number));
  }
  void open_null(int number) {
    check_spawn(posix_spawn_file_actions_addopen(&actions_, number, "/dev/null", O_RDWR, 0));
  }
  // Not all descriptors of a rank are ours to mark close-on-exec: MPI has some.
  void close_from(int number) { check_spawn(posix_spawn_file_actions_addclosefrom_np(&actions_, number)); }

  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

// Signals as a fresh program expects them, whatever MPI did to the rank's.
class Attributes {
 public:
  Attributes() {
    check_spawn(posix_spawnattr_init(&attributes_));
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    check_spawn(posix_spawnattr_setsigmask(&attributes_, &none));
    check_spawn(posix_spawnattr_setsigdefault(&attributes_, &all));
    set_flags(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }

  // Ctrl-C in the rank's terminal then does not reach it.
  void own_process_group() {
    check_spawn(posix_spawnattr_setpgroup(&attributes_, 0));
    set_flags(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  void set_flags(int flags) { check_spawn(posix_spawnattr_setflags(&attributes_, static_cast<short>(flags))); }

  posix_spawnattr_t attributes_;
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

struct Program {
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
};

pid_t spawn(Program& program, const FileActions& actions, const Attributes& attributes) {
  auto& [arguments, environment] = program;
  const std::vector<char*> argv = pointers(arguments);
  const std::vector<char*> envp = pointers(environment);
  pid_t child = 0;
  const int error = posix_spawnp(&child, argv[0], actions.get(), attributes.get(), argv.data(), envp.data());
  if (error != 0)
    throw UserError("cannot start '" + arguments[0] + "' (" + std::strerror(error) +
                    "); plugins run in this program. Check the installation and the limit of processes (ulimit -u).");
  return child;
}

SpawnedHost spawn_guarded(const HostLaunch& launch) {
  Ends data = make_sockets(SOCK_STREAM);
  Ends control = make_sockets(SOCK_SEQPACKET);
  Ends output = make_pipe();
  FileActions actions;
  actions.open_null(0);
  actions.give(output.child, 1);
  actions.give(output.child, 2);
  actions.give(data.child, kDataFd);
  actions.give(control.child, kControlFd);
  actions.close_from(kControlFd + 1);
  Attributes attributes;
  attributes.own_process_group();

  SpawnedHost host{std::move(data.rank), std::move(control.rank), std::move(output.rank), 0, new_process_mark()};
  Program guard{{launch.executable, "guard", launch.plugin, std::to_string(launch.memory_limit_bytes),
                 fmt::format("{}", fmt::join(launch.cores, ","))},
                host_environment(own_environment(), launch.threads, launch.environment)};
  guard.environment.push_back(host.mark);
  host.child = spawn(guard, actions, attributes);
  return host;
}

// On the terminal and in the rank's process group, as a person at a debugger needs it.
SpawnedHost spawn_under_gdb(const HostLaunch& launch) {
  Ends data = make_sockets(SOCK_STREAM);
  FileActions actions;
  actions.give(data.child, kDataFd);
  actions.close_from(kDataFd + 1);

  Program gdb{{"gdb", "--args", launch.executable, "host", launch.plugin},
              host_environment(own_environment(), launch.threads, launch.environment)};
  return {std::move(data.rank), UniqueFd(), UniqueFd(), spawn(gdb, actions, Attributes()), ""};
}

}  // namespace

SpawnedHost spawn_host(const HostLaunch& launch) {
  return launch.debugger == HostLaunch::Debugger::gdb ? spawn_under_gdb(launch) : spawn_guarded(launch);
}

SpawnedProgram spawn_program(std::vector<std::string> arguments, const std::vector<std::string>& environment) {
  Ends output = make_pipe();
  FileActions actions;
  actions.open_null(0);
  actions.give(output.child, 1);
  actions.open_null(2);
  actions.close_from(3);
  Program program{std::move(arguments), own_environment()};
  program.environment.insert(program.environment.end(), environment.begin(), environment.end());
  return {std::move(output.rank), spawn(program, actions, Attributes())};
}

}  // namespace tuner
