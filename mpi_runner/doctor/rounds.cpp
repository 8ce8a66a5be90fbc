#include "mpi_runner/doctor/rounds.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "mpi_runner/clock.h"
#include "mpi_runner/pause.h"

namespace tuner {
namespace {

enum Kind : char { clock = 'c', report = 'r', over = 'o' };

constexpr int kClockQuestions = 5;         // the quickest answer tells most
constexpr double kClockPatience_s = 5;     // of one question
constexpr double kReportPatience_s = 120;  // above all limits in examine()
constexpr double kSilence_s = 300;

Bytes message(Kind kind, const std::string& text = "") {
  Bytes bytes(1 + text.size());
  bytes[0] = static_cast<std::byte>(kind);
  std::memcpy(bytes.data() + 1, text.data(), text.size());
  return bytes;
}

struct Heard {
  RankId from;
  Kind kind;
  std::string text;
};

std::optional<Heard> hear(Transport& transport, double patience_s) {
  const double until_s = steady_time_s() + patience_s;
  std::vector<pollfd> none;
  for (Pause pause; steady_time_s() < until_s; pause.wait(none, 1e-3)) {
    const auto envelope = transport.receive();
    if (!envelope || envelope->bytes.empty()) continue;
    const char* text = reinterpret_cast<const char*>(envelope->bytes.data());
    return Heard{envelope->from, static_cast<Kind>(text[0]), {text + 1, envelope->bytes.size() - 1}};
  }
  return std::nullopt;
}

// How far the rank's clock is ahead of this one's, and how sure that is.
std::pair<double, double> compare_clock(Transport& transport, RankId rank) {
  double ahead_s = 0;
  double quickest_s = 2 * kClockPatience_s;
  for (int question = 0; question < kClockQuestions; ++question) {
    const double asked_s = wall_time_s();
    transport.send(rank, message(clock));
    const auto heard = hear(transport, kClockPatience_s);
    if (!heard || heard->from != rank || heard->kind != clock) break;
    const double took_s = wall_time_s() - asked_s;
    if (took_s >= quickest_s) continue;
    quickest_s = took_s;
    ahead_s = std::stod(heard->text) - (asked_s + took_s / 2);
  }
  return {ahead_s, quickest_s / 2};
}

}  // namespace

std::vector<RankReport> gather_reports(Transport& transport, const Examination& examination) {
  std::map<std::uint64_t, std::pair<double, double>> clocks;
  for (std::uint64_t rank = 1; rank < transport.size(); ++rank) clocks[rank] = compare_clock(transport, RankId{rank});
  transport.send_to_others(message(report, to_text(examination)));

  std::vector<RankReport> reports = {examine(examination, 0)};
  const double until_s = steady_time_s() + kReportPatience_s;
  while (reports.size() < transport.size()) {
    const auto heard = hear(transport, until_s - steady_time_s());
    if (!heard) break;
    if (heard->kind != report) continue;
    reports.push_back(report_from_text(heard->text));
    std::tie(reports.back().clock_ahead_s, reports.back().clock_uncertain_s) = clocks[heard->from.value];
  }
  std::ranges::sort(reports, {}, &RankReport::rank);
  return reports;
}

void answer_questions(Transport& transport) {
  constexpr RankId kFirst{0};
  while (const auto heard = hear(transport, kSilence_s)) {
    if (heard->kind == over) return;
    if (heard->kind == clock) transport.send(kFirst, message(clock, std::to_string(wall_time_s())));
    if (heard->kind == report)
      transport.send(kFirst,
                     message(report, to_text(examine(examination_from_text(heard->text), transport.rank().value))));
  }
}

void say_it_is_over(Transport& transport) {
  transport.send_to_others(message(over));
}

}  // namespace tuner
