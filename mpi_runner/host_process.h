// A plugin host as its rank sees it: a process to send requests to and to receive replies from, which may die at any
// time. Owns the process: destruction kills it and everything that it started, without waiting. Nothing here blocks
// but wait(); one thread, which must live as long as the host does.
#pragma once

#include <poll.h>
#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/trial.h"
#include "mpi_runner/host_launch.h"
#include "mpi_runner/output_tail.h"
#include "mpi_runner/plugin_host/frame_socket.h"
#include "mpi_runner/plugin_host/guard_report.h"
#include "mpi_runner/plugin_host/protocol.h"
#include "mpi_runner/unique_fd.h"

namespace tuner {

// Why a host is gone.
struct HostEnd {
  Cause cause = Cause::crash;  // or out_of_memory
  std::string what;            // "crashed (SIGSEGV)"
  bool orderly = false;        // it ended by itself after finish()
  bool late = false;           // not within the second that it had for that
};

struct SpawnedHost;

class HostProcess {
 public:
  // Throws UserError where the program cannot be started.
  explicit HostProcess(const HostLaunch& launch);
  HostProcess(const HostProcess&) = delete;
  HostProcess& operator=(const HostProcess&) = delete;
  ~HostProcess();

  // Keeps what the socket does not take now for later. Sending to a host that died does nothing.
  void send(const protocol::Request& request);

  // The next reply that has arrived.
  std::optional<protocol::Reply> receive();

  // Set once the host is gone and all its replies have been received.
  const std::optional<HostEnd>& end() const { return end_; }

  // Blocks until there may be something to receive, or for so long; negative = for ever.
  void wait(double timeout_s);
  void append_poll_fds(std::vector<pollfd>& fds) const;

  // Lets the plugin's destroy() run and the host end by itself within a second. Then only destruction is left to do.
  void finish();

  // Makes the host print where its plugin is (plugin_host/stack_dump.h).
  void ask_for_stack();

  // What the host has printed until now.
  OutputTail& output() {
    drain_output();
    return output_;
  }
  void forget_output() { output_.clear(); }  // what was drained so far
  void on_output(std::function<void(std::string_view)> sink) { output_sink_ = std::move(sink); }
  bool printed(std::string_view text) const { return output_.holds(text); }
  std::uint64_t printed_bytes() const { return printed_bytes_; }  // that were drained so far
  pid_t host_pid() const { return host_pid_; }                    // 0 until the guard has said it

 private:
  HostProcess(const HostLaunch& launch, SpawnedHost spawned);

  std::optional<protocol::Reply> receive_from_host();
  void drain_output();
  void read_control();
  void on_guard_lost();
  void command(GuardCommand what);
  void wake_guard() const;
  HostEnd describe_end() const;

  HostLaunch::Debugger debugger_;
  std::uint64_t memory_limit_bytes_;
  FrameSocket data_;
  UniqueFd control_;      // to the guard; closing it makes the guard kill everything
  UniqueFd output_pipe_;  // what the host prints
  pid_t child_;           // the guard, or the debugger
  std::string mark_;      // of its descendants
  pid_t host_pid_ = 0;
  OutputTail output_;
  std::uint64_t printed_bytes_ = 0;
  std::function<void(std::string_view)> output_sink_;
  std::optional<GuardReport> report_;  // of the host's end
  std::optional<HostEnd> end_;
  bool malformed_ = false;
  bool guard_lost_ = false;
  bool told_to_end_ = false;
  bool finishing_ = false;
};

}  // namespace tuner
