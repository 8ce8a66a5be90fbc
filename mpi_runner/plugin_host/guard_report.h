// What the program tuner-plugin-host is given, and what its guard and the rank tell each other over the control socket
// (packets, never split).
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace tuner {

// Descriptors of the started program.
constexpr int kDataFd = 3;     // to the rank; the guard passes it to the host
constexpr int kControlFd = 4;  // guard to rank

// Exit code of a host that has lost its connection to the rank: EX_OSERR of sysexits.h.
constexpr int kConnectionLost = 71;

// To the guard. When the socket closes, it kills the host and all its descendants at once, unless told to finish.
enum class GuardCommand : std::uint8_t {
  finish,      // the host was asked to end by itself; it has a second for it
  kill,        // the host's socket is closed: report how it died, or after a second kill it
  print_stack  // the host is to print where it is; nothing else changes
};

enum class GuardNews : std::uint8_t {
  started,        // host_pid is known
  host_ended,     // wait_status says how; the descendants it left have been killed
  out_of_memory,  // the guard killed it for its memory
  kernel_oom,     // the kernel did
};

// To the rank.
struct GuardReport {
  GuardNews news = GuardNews::started;
  std::uint8_t killed_by_guard = 0;
  std::int32_t wait_status = 0;
  std::int64_t host_pid = 0;
  std::uint64_t memory_bytes = 0;  // of the host and its descendants when the limit was passed
};

}  // namespace tuner
