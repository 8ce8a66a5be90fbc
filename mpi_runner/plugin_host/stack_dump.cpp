#include "mpi_runner/plugin_host/stack_dump.h"

#include <execinfo.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace tuner {
namespace {

// The innermost frames; they must fit into the lines that a message shows (output_tail.cpp).
constexpr int kMostFrames = 18;
// This handler and the return from it.
constexpr int kOwnFrames = 2;

alignas(16) std::array<char, 64 << 10> handlers_stack;

void print_stack(int) {
  const int error = errno;
  std::array<void*, kMostFrames + kOwnFrames> frames{};
  const int count = std::max(kOwnFrames, backtrace(frames.data(), static_cast<int>(frames.size())));
  backtrace_symbols_fd(frames.data() + kOwnFrames, count - kOwnFrames, STDERR_FILENO);
  const bool said =
      write(STDERR_FILENO, kEndOfStack.data(), kEndOfStack.size()) > 0 && write(STDERR_FILENO, "\n", 1) > 0;
  static_cast<void>(said);  // nobody is there to be told
  errno = error;
}

}  // namespace

void install_stack_dump() {
  void* frame = nullptr;
  backtrace(&frame, 1);
  stack_t stack{};
  stack.ss_sp = handlers_stack.data();
  stack.ss_size = handlers_stack.size();
  sigaltstack(&stack, nullptr);
  struct sigaction action {};
  action.sa_handler = print_stack;
  action.sa_flags = SA_RESTART | SA_ONSTACK;
  sigaction(kStackSignal, &action, nullptr);
}

}  // namespace tuner
