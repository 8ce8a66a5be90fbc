#include "storage/reading_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <optional>
#include <string_view>

#include "core/bytes.h"
#include "core/error.h"
#include "storage/hdf5_error.h"

namespace tuner {

namespace {

constexpr std::uint64_t kMebibyte = 1 << 20;

enum class Outcome : std::uint32_t {
  unknown,  // as the memory is made: the process has not come to its end
  done,
  out_of_memory,
  user_error,
  damaged_study,
  interrupted,
  hdf5_error,
  malformed_bytes,
  other_error,
};

// At the beginning of the shared memory; the result or the text of the error follows.
struct Report {
  Outcome outcome;
  std::uint64_t size;
};

// By which a process ends itself. Nobody else has a reason to send them.
constexpr std::array kFaults = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS, SIGXCPU};

std::shared_ptr<std::byte[]> map_shared(std::size_t size) {
  // Pages that are never touched cost nothing.
  void* const memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED)
    throw Interrupted(fmt::format("there is no memory for its {} MiB ({})", size / kMebibyte, strerrordesc_np(errno)));
  return {static_cast<std::byte*>(memory), [size](std::byte* mapped) { munmap(mapped, size); }};
}

// ---- in the process that reads ----

void die_with(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
}

// Handlers of the parent's would act on what is the parent's; what is sent to its whole group is for it alone.
void take_no_signals_but_faults() {
  sigset_t others;
  sigfillset(&others);
  for (const int fault : kFaults) {
    signal(fault, SIG_DFL);
    sigdelset(&others, fault);
  }
  signal(SIGALRM, SIG_DFL);
  sigdelset(&others, SIGALRM);
  sigprocmask(SIG_SETMASK, &others, nullptr);
}

void limit(int resource, std::uint64_t value) {
  rlimit now{};
  getrlimit(resource, &now);
  now.rlim_cur = std::min<rlim_t>(value, now.rlim_max);
  setrlimit(resource, &now);
}

std::uint64_t mapped_bytes() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

void set_limits(const ReadingLimits& limits) {
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, limits.cpu_s);
  limit(RLIMIT_AS, mapped_bytes() + limits.memory_bytes);
  alarm(static_cast<unsigned>(limits.time_s));
}

void say_nothing() {
  const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(nowhere, stream);
}

Report failed(Outcome outcome, std::string_view text, std::span<std::byte> room) {
  text = text.substr(0, room.size());
  std::ranges::copy(std::as_bytes(std::span(text)), room.begin());
  return {outcome, text.size()};
}

Report report_of(const std::function<void(ReadingResult&)>& read, std::span<std::byte> room) {
  try {
    ReadingResult result(room);
    read(result);
    return {Outcome::done, result.size()};
  } catch (const std::bad_alloc&) {
    return failed(Outcome::out_of_memory, "", room);
  } catch (const UserError& error) {
    return failed(Outcome::user_error, error.what(), room);
  } catch (const DamagedStudy& error) {
    return failed(Outcome::damaged_study, error.what(), room);
  } catch (const Interrupted& error) {
    return failed(Outcome::interrupted, error.what(), room);
  } catch (const Hdf5Error& error) {
    return failed(Outcome::hdf5_error, error.what(), room);
  } catch (const MalformedBytes& error) {
    return failed(Outcome::malformed_bytes, error.what(), room);
  } catch (const std::exception& error) {
    return failed(Outcome::other_error, error.what(), room);
  }
}

// ---- in the process that waits ----

// Nothing where somebody else has waited for it, or nobody may (SIGCHLD is ignored).
std::optional<int> wait_for(pid_t process) {
  int status = 0;
  while (waitpid(process, &status, 0) != process)
    if (errno != EINTR) return std::nullopt;
  return status;
}

std::string memory_text(const ReadingLimits& limits) {
  return fmt::format("reading it took more than {} MiB of memory", limits.memory_bytes / kMebibyte);
}

[[noreturn]] void throw_end_by_signal(int number, const ReadingLimits& limits) {
  if (number == SIGXCPU)
    throw DamagedStudy(fmt::format("reading it took more than {} s of processor time", limits.cpu_s));
  if (number == SIGALRM)
    throw Interrupted(fmt::format("reading it took more than {} s; is its disk that slow?", limits.time_s));
  const char* const name = sigabbrev_np(number);
  const std::string text = name == nullptr ? fmt::format("signal {}", number) : fmt::format("SIG{}", name);
  if (std::ranges::find(kFaults, number) == kFaults.end())
    throw Interrupted(fmt::format("the process that read it was killed by {}; is there enough memory?", text));
  throw DamagedStudy(fmt::format("the process that read it crashed with {}", text));
}

void throw_unless_ended_well(std::optional<int> status, Outcome outcome, const ReadingLimits& limits) {
  if (status && WIFSIGNALED(*status)) throw_end_by_signal(WTERMSIG(*status), limits);
  if (status && WEXITSTATUS(*status) != 0)
    throw DamagedStudy(fmt::format("the process that read it ended with exit code {}", WEXITSTATUS(*status)));
  if (outcome == Outcome::unknown) throw DamagedStudy("the process that read it crashed");
}

[[noreturn]] void throw_failure(Outcome outcome, const std::string& text, const ReadingLimits& limits) {
  switch (outcome) {
    case Outcome::out_of_memory:
      throw DamagedStudy(memory_text(limits));
    case Outcome::user_error:
      throw UserError(text);
    case Outcome::damaged_study:
      throw DamagedStudy(text);
    case Outcome::interrupted:
      throw Interrupted(text);
    case Outcome::hdf5_error:
      throw Hdf5Error(text);
    case Outcome::malformed_bytes:
      throw MalformedBytes(text);
    default:
      throw std::runtime_error(text);
  }
}

}  // namespace

std::span<std::byte> ReadingResult::append(std::size_t size) {
  if (size > room_.size() - size_) throw std::bad_alloc();
  size_ += size;
  return room_.subspan(size_ - size, size);
}

void ReadingResult::append(std::span<const std::byte> bytes) {
  std::ranges::copy(bytes, append(bytes.size()).begin());
}

// Reading takes some milliseconds a mebibyte and no more memory than the file has bytes, but for texts, which the
// library holds one by one.
ReadingLimits limits_for(std::uint64_t file_bytes) {
  const std::uint64_t mebibytes = file_bytes / kMebibyte;
  return {.result_bytes = file_bytes + kMebibyte,
          .memory_bytes = 256 * kMebibyte + 8 * file_bytes,
          .cpu_s = 2 + mebibytes / 16,
          .time_s = 60 + mebibytes};
}

SharedBytes read_apart(const ReadingLimits& limits, const std::function<void(ReadingResult&)>& read) {
  const std::size_t mapped = sizeof(Report) + limits.result_bytes;
  const SharedBytes shared{map_shared(mapped), mapped};
  const SharedBytes room = shared.without_first(sizeof(Report));
  const pid_t parent = getpid();
  const pid_t process = fork();
  if (process < 0) throw Interrupted(fmt::format("no process can be made to read it ({})", strerrordesc_np(errno)));
  if (process == 0) {
    die_with(parent);
    take_no_signals_but_faults();
    say_nothing();
    set_limits(limits);
    const Report report = report_of(read, room.span());
    memcpy(shared.memory.get(), &report, sizeof report);
    _exit(0);
  }

  const auto status = wait_for(process);
  Report report{};
  memcpy(&report, shared.memory.get(), sizeof report);
  throw_unless_ended_well(status, report.outcome, limits);
  if (report.size > room.size) throw DamagedStudy("the process that read it crashed");
  if (report.outcome == Outcome::done) return {room.memory, report.size};
  throw_failure(report.outcome, {reinterpret_cast<const char*>(room.memory.get()), report.size}, limits);
}

}  // namespace tuner
