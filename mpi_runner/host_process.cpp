#include "mpi_runner/host_process.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "mpi_runner/host_spawn.h"
#include "mpi_runner/marked_processes.h"

namespace tuner {
namespace {

// Of output that is read at once: a plugin that prints without end must not keep the rank from its other work.
constexpr int kMostReads = 16;
constexpr std::size_t kReadBytes = std::size_t{64} << 10;

// Guards that were let go end within milliseconds, once nothing that their host started is left. One that is killed
// meanwhile leaves that to us. Nobody waits for them but the end of the program, for at most two seconds.
class DepartingGuards {
 public:
  DepartingGuards() = default;
  DepartingGuards(const DepartingGuards&) = delete;
  DepartingGuards& operator=(const DepartingGuards&) = delete;
  ~DepartingGuards() {
    using namespace std::chrono_literals;
    for (int looks = 0; looks < 1000 && !departing_.empty(); ++looks) {
      std::this_thread::sleep_for(2ms);
      reap();
    }
  }

  void add(pid_t guard, std::string mark) {
    departing_.emplace_back(guard, std::move(mark));
    reap();
  }

 private:
  void reap() {
    std::erase_if(departing_, [](const auto& guard) {
      int status = 0;
      const pid_t reaped = waitpid(guard.first, &status, WNOHANG);
      if (reaped > 0 && WIFSIGNALED(status)) kill_marked_processes(guard.second);
      return reaped != 0;
    });
  }

  std::vector<std::pair<pid_t, std::string>> departing_;
};

void let_go(pid_t guard, std::string mark) {
  static DepartingGuards departing;
  departing.add(guard, std::move(mark));
}

std::string signal_text(int number) {
  const char* name = sigabbrev_np(number);
  if (number == SIGKILL) return "was killed by SIGKILL (by a person, or by the system for its memory)";
  return name != nullptr ? fmt::format("crashed (SIG{})", name) : fmt::format("crashed (signal {})", number);
}

constexpr const char* kClosedConnection = "closed its connection to tuner (all its descriptors?)";

std::string status_text(int wait_status) {
  if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == kConnectionLost) return kClosedConnection;
  if (WIFEXITED(wait_status)) return fmt::format("called exit({})", WEXITSTATUS(wait_status));
  return signal_text(WTERMSIG(wait_status));
}

double in_gib(std::uint64_t bytes) {
  return static_cast<double>(bytes) / (std::uint64_t{1} << 30);
}

}  // namespace

HostProcess::HostProcess(const HostLaunch& launch) : HostProcess(launch, spawn_host(launch)) {}

HostProcess::HostProcess(const HostLaunch& launch, SpawnedHost spawned)
    : debugger_(launch.debugger),
      memory_limit_bytes_(launch.memory_limit_bytes),
      data_(std::move(spawned.data)),
      control_(std::move(spawned.control)),
      output_pipe_(std::move(spawned.output)),
      child_(spawned.child),
      mark_(std::move(spawned.mark)) {}

HostProcess::~HostProcess() {
  if (debugger_ == HostLaunch::Debugger::none) {
    control_.reset();
    wake_guard();
    let_go(child_, std::move(mark_));
  } else {
    data_ = FrameSocket(UniqueFd());
    waitpid(child_, nullptr, 0);  // a person still uses the terminal
  }
}

void HostProcess::send(const protocol::Request& request) {
  append_frame(data_.outbox(), request);
  data_.flush();
}

std::optional<protocol::Reply> HostProcess::receive() {
  if (end_) return std::nullopt;
  if (auto reply = receive_from_host()) return reply;
  data_.flush();
  drain_output();
  read_control();
  if (data_.closed() && !control_ && !report_) report_ = GuardReport{.news = GuardNews::host_ended};
  if (data_.closed() && !report_) command(GuardCommand::kill);
  if (!report_) return std::nullopt;

  if (auto reply = receive_from_host()) return reply;  // what the host had sent before it died
  drain_output();
  end_ = describe_end();
  return std::nullopt;
}

std::optional<protocol::Reply> HostProcess::receive_from_host() {
  if (malformed_) return std::nullopt;
  try {
    const auto frame = data_.receive();
    if (frame) return protocol::read_reply(*frame);
  } catch (const MalformedBytes&) {
    malformed_ = true;
    control_.reset();  // the guard kills it
    report_ = GuardReport{.news = GuardNews::host_ended};
  }
  return std::nullopt;
}

void HostProcess::drain_output() {
  std::array<char, kReadBytes> buffer;
  for (int reads = 0; output_pipe_ && reads < kMostReads; ++reads) {
    const ssize_t size = ::read(output_pipe_.get(), buffer.data(), buffer.size());
    if (size < 0) return;  // nothing more for now
    if (size == 0) output_pipe_.reset();
    const std::string_view text(buffer.data(), static_cast<std::size_t>(size));
    output_.append(text);
    printed_bytes_ += text.size();
    if (output_sink_ && !text.empty()) output_sink_(text);
  }
}

void HostProcess::read_control() {
  while (control_ && !report_) {
    GuardReport news;
    const ssize_t size = ::recv(control_.get(), &news, sizeof news, MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
    if (size < 0 && errno == ECONNRESET) continue;  // it ended without reading our last command; its report follows
    if (size != sizeof news) return on_guard_lost();
    host_pid_ = static_cast<pid_t>(news.host_pid);
    if (news.news != GuardNews::started) report_ = news;
  }
}

// The host dies with its guard; what the host started does not. It is in the host's process group or keeps the mark,
// unless it has left both.
void HostProcess::on_guard_lost() {
  guard_lost_ = true;
  report_ = GuardReport{.news = GuardNews::host_ended};
  if (host_pid_ > 0) kill(-host_pid_, SIGKILL);
  kill_marked_processes(mark_);
}

void HostProcess::ask_for_stack() {
  const GuardCommand what = GuardCommand::print_stack;
  if (control_) ::send(control_.get(), &what, sizeof what, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void HostProcess::command(GuardCommand what) {
  if (told_to_end_ || !control_) return;
  told_to_end_ = true;
  ::send(control_.get(), &what, sizeof what, MSG_NOSIGNAL | MSG_DONTWAIT);
  wake_guard();
}

// The plugin may have stopped it.
void HostProcess::wake_guard() const {
  kill(child_, SIGCONT);
}

HostEnd HostProcess::describe_end() const {
  const int status = report_->wait_status;
  if (report_->news == GuardNews::out_of_memory)
    return {.cause = Cause::out_of_memory,
            .what = fmt::format("used {:.3g} GiB of memory with its child processes, the limit is {:.3g} GiB",
                                in_gib(report_->memory_bytes), in_gib(memory_limit_bytes_))};
  if (report_->news == GuardNews::kernel_oom)
    return {.cause = Cause::out_of_memory, .what = "was killed by the kernel (the machine had no memory left)"};
  if (malformed_) return {.what = "wrote over tuner's socket or memory (what came from it is no message)"};
  if (guard_lost_) return {.what = "was killed together with its guard"};
  if (!control_) return {.what = "ended under the debugger"};
  if (report_->killed_by_guard != 0 && finishing_) return {.what = "did not end within a second", .late = true};
  if (report_->killed_by_guard != 0) return {.what = kClosedConnection};
  return {.what = status_text(status), .orderly = finishing_ && status == 0};
}

void HostProcess::wait(double timeout_s) {
  std::vector<pollfd> fds;
  append_poll_fds(fds);
  const int timeout_ms = timeout_s < 0 ? -1 : static_cast<int>(std::min(std::ceil(timeout_s * 1e3), 1e9));
  ::poll(fds.data(), fds.size(), timeout_ms);
}

void HostProcess::append_poll_fds(std::vector<pollfd>& fds) const {
  if (!data_.closed() && !malformed_)
    fds.push_back({data_.fd(), static_cast<short>(data_.has_unsent() ? POLLIN | POLLOUT : POLLIN), 0});
  if (control_ && !report_) fds.push_back({control_.get(), POLLIN, 0});
  if (output_pipe_) fds.push_back({output_pipe_.get(), POLLIN, 0});
}

void HostProcess::finish() {
  finishing_ = true;
  send(protocol::Finish{});
  command(GuardCommand::finish);
}

}  // namespace tuner
