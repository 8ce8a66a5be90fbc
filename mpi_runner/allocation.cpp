#include "mpi_runner/allocation.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

#include "core/error.h"
#include "mpi_runner/clock.h"
#include "mpi_runner/host_spawn.h"

namespace tuner {
namespace {

constexpr double kPatience_s = 30;  // scontrol itself gives up after some 10 s where the controller is away
constexpr std::size_t kLongestAnswer = 1 << 20;

std::string text_of(const char* text) {
  return text == nullptr ? "" : text;
}

std::optional<double> seconds_in(const char* text) {
  double seconds = 0;
  const std::string all = text_of(text);
  const auto [end, error] = std::from_chars(all.data(), all.data() + all.size(), seconds);
  return error == std::errc() && seconds > 0 && end == all.data() + all.size() ? std::optional(seconds) : std::nullopt;
}

// The word behind "name=".
std::string_view field(std::string_view line, std::string_view name) {
  const std::string key = fmt::format(" {}=", name);
  const std::size_t found = line.find(key);
  if (found == std::string_view::npos) return {};
  const std::string_view rest = line.substr(found + key.size());
  return rest.substr(0, rest.find(' '));
}

// "2024-05-31T14:02:10", local; nothing for "Unknown".
std::optional<double> local_time(std::string_view text) {
  struct tm fields {};
  const std::string all(text);
  const char* end = strptime(all.c_str(), "%Y-%m-%dT%H:%M:%S", &fields);
  if (end == nullptr || *end != 0) return std::nullopt;
  fields.tm_isdst = -1;
  return static_cast<double>(mktime(&fields));
}

}  // namespace

std::optional<AllocationSeen> allocation_in(const Environment& environment, double now_s) {
  const std::optional<double> end = seconds_in(environment("SLURM_JOB_END_TIME"));
  if (!end) return std::nullopt;
  return AllocationSeen{seconds_in(environment("SLURM_JOB_START_TIME")).value_or(now_s), *end, "SLURM_JOB_END_TIME"};
}

std::optional<AllocationSeen> allocation_from_scontrol(std::string_view printed, const std::string& job) {
  const std::string key = fmt::format("JobId={} ", job);
  while (!printed.empty()) {
    const std::string_view line = printed.substr(0, printed.find('\n'));
    printed.remove_prefix(std::min(printed.size(), line.size() + 1));
    const std::optional<double> start = local_time(field(line, "StartTime"));
    const std::optional<double> end = local_time(field(line, "EndTime"));
    if (line.starts_with(key) && start && end) return AllocationSeen{*start, *end, "scontrol show job " + job};
  }
  return std::nullopt;
}

Allocation::Allocation(double time_limit_s, const Environment& environment)
    : job_(text_of(environment("SLURM_JOB_ID"))) {
  const double now_s = wall_time_s();
  if (time_limit_s > 0) by_option_ = AllocationSeen{now_s, now_s + time_limit_s, kTimeLimit};
  const std::optional<AllocationSeen> told = allocation_in(environment, now_s);
  take(told);
  if (!told && !job_.empty()) ask(steady_time_s());
}

Allocation::~Allocation() {
  if (child_ == 0) return;
  kill(child_, SIGKILL);
  waitpid(child_, nullptr, 0);
}

void Allocation::take(const std::optional<AllocationSeen>& by_slurm) {
  std::optional<AllocationSeen> now = by_slurm ? by_slurm : time_;
  if (by_option_ && (!now || by_option_->end < now->end)) now = by_option_;
  if (!now || (time_ && time_->end == now->end)) return;
  time_ = now;
  news_ = true;
}

bool Allocation::ask_again(double now_s, double every_s) {
  if (job_.empty() || asking() || child_ != 0 || now_s - asked_at_s_ < every_s) return false;
  ask(now_s);
  return asking();
}

void Allocation::ask(double now_s) {
  asked_at_s_ = now_s;
  printed_.clear();
  try {
    SpawnedProgram program = spawn_program({"scontrol", "-o", "show", "job", job_}, {"SLURM_TIME_FORMAT=standard"});
    output_ = std::move(program.output);
    child_ = program.child;
  } catch (const UserError&) {
    return;  // no scontrol on this node
  }
}

void Allocation::await_answer(double longest_s) {
  const double until_s = steady_time_s() + longest_s;
  while (asking() && steady_time_s() < until_s) {
    constexpr int kLook_ms = 10;
    pollfd ready{output_.get(), POLLIN, 0};
    poll(&ready, 1, kLook_ms);
    read_output(steady_time_s());
  }
}

bool Allocation::has_news(double now_s) {
  if (asking()) read_output(now_s);
  if (!asking() && child_ != 0 && waitpid(child_, nullptr, WNOHANG) != 0) child_ = 0;
  return std::exchange(news_, false);
}

void Allocation::read_output(double now_s) {
  std::array<char, 4096> piece;
  ssize_t got = 0;
  while ((got = read(output_.get(), piece.data(), piece.size())) > 0 && printed_.size() < kLongestAnswer)
    printed_.append(piece.data(), static_cast<std::size_t>(got));
  const bool waits = got < 0 && (errno == EAGAIN || errno == EINTR);
  if (waits && now_s - asked_at_s_ < kPatience_s) return;
  if (got != 0) kill(child_, SIGKILL);
  output_.reset();
  take(allocation_from_scontrol(printed_, job_));
}

}  // namespace tuner
