// The descendants of this process: found, measured, killed. Linux keeps them in /proc. With PR_SET_CHILD_SUBREAPER,
// a descendant whose parent ends becomes a child of this process, so none gets away by a new session or a double fork.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace tuner {

std::vector<pid_t> descendants();

// Memory that the processes hold: quickly, with what several of them share counted for each …
std::uint64_t resident_bytes(const std::vector<pid_t>& processes);
// … and slowly (the kernel walks their page tables), with it counted once.
std::uint64_t proportional_bytes(const std::vector<pid_t>& processes);

// Sends SIGKILL to all descendants, also to those that start while it works.
void kill_descendants();

// Does kill_descendants() until the last of them is gone. One that sleeps in the kernel (dead file server) delays it.
void bury_descendants();

// How often the kernel's out-of-memory killer has struck on this machine.
std::uint64_t kernel_oom_kills();

}  // namespace tuner
