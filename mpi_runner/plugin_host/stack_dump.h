// Where a plugin hangs: the host prints the stack of its thread when it is sent a signal.
//
// It does so itself, in a signal handler, because the machines of users often have no gdb or eu-stack, and containers
// and ptrace_scope forbid them. backtrace() may be called there once libgcc is loaded, which installing sees to;
// backtrace_symbols_fd() allocates nothing; the handler has a stack of its own, since the plugin's may be at its end.
// Where it does not work all the same (the plugin took the signal, destroyed its stack or holds the loader's lock) only
// the stack is missing: who asks for it waits a limited time.
#pragma once

#include <signal.h>

#include <string_view>

namespace tuner {

// As the virtual machines of Java and Go do. Sent to the process it reaches the main thread, which runs evaluate().
inline constexpr int kStackSignal = SIGQUIT;
// The last line of what is printed to standard error.
inline constexpr std::string_view kEndOfStack = "(end of stack)";

// Call it from the main thread.
void install_stack_dump();

}  // namespace tuner
