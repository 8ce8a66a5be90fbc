#include "mpi_runner/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "mpi_runner/clock.h"
#include "mpi_runner/say.h"
#include "mpi_runner/text.h"

namespace tuner {
namespace {

constexpr double kRedrawEvery_s = 0.5;
constexpr double kLogLineEvery_s = 30;

// Under mpirun our standard error is a pipe to it; what counts is where it passes on what we write.
bool seen_on_terminal() {
  if (isatty(STDERR_FILENO) != 0) return true;
  if (std::getenv("OMPI_COMM_WORLD_RANK") == nullptr) return false;
  std::error_code unreadable;
  const std::string launchers = std::filesystem::read_symlink(fmt::format("/proc/{}/fd/2", getppid()), unreadable);
  return launchers.starts_with("/dev/pts/") || launchers.starts_with("/dev/tty");
}

}  // namespace

Progress::Progress(std::uint64_t trials, RankLog& log)
    : trials_(trials), log_(log), terminal_(seen_on_terminal()), started_s_(steady_time_s()), next_draw_s_(started_s_) {
  next_draw_s_ += terminal_ ? kRedrawEvery_s : kLogLineEvery_s;
}

void Progress::notice(const std::string& text) {
  clear_line();
  log_.write("notice", {{"text", text}});
  say(escaped_lines(text));
}

void Progress::acknowledged(const Study& study, TrialId trial) {
  ++acknowledged_;
  if (study.best() != trial || shown_best_ == trial) return;
  shown_best_ = trial;
  if (terminal_) return;
  say(fmt::format("trial {}: {:.6g} is the best of {} trials", trial.value, study.values(trial)[0], study.searched()));
}

void Progress::draw(const Study& study, std::size_t busy_ranks, std::size_t ranks) {
  const double now_s = steady_time_s();
  if (now_s < next_draw_s_) return;
  next_draw_s_ = now_s + (terminal_ ? kRedrawEvery_s : kLogLineEvery_s);
  const std::string text = line(study, busy_ranks, ranks);
  if (terminal_) {
    say_raw("\r\033[K" + text);
    line_is_open_ = true;
  } else {
    say(text);
  }
}

void Progress::finish() {
  clear_line();
}

std::string Progress::line(const Study& study, std::size_t busy_ranks, std::size_t ranks) const {
  const std::uint64_t done = study.searched();
  const double rate = static_cast<double>(acknowledged_) / (steady_time_s() - started_s_);
  const std::string best =
      study.best() ? fmt::format("best {:.6g} (trial {})", study.values(*study.best())[0], study.best()->value)
                   : "no result yet";
  const std::string eta =
      rate > 0 && trials_ > done ? ", " + duration_text(static_cast<double>(trials_ - done) / rate) + " left" : "";
  return fmt::format("{}{}/{} trials, {} failed, {} running | {} | {:.3g} trials/s{} | {}/{} ranks busy",
                     study.paused() ? "paused: " : "", done, trials_, study.failed_count(), study.running().size(),
                     best, rate, eta, busy_ranks, ranks);
}

void Progress::clear_line() {
  if (!line_is_open_) return;
  say_raw("\r\033[K");
  line_is_open_ = false;
}

}  // namespace tuner
