#include "mpi_runner/strategy_driver.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/retry_policy.h"
#include "mpi_runner/clock.h"
#include "mpi_runner/signals.h"
#include "mpi_runner/slow_start.h"

namespace tuner {

void StrategyDriver::start() {
  host_ = std::make_unique<StrategyHost>(setup_);
  told_ = 0;
  open_.reset();
  called_ = false;
  short_answer_at_.reset();
}

std::optional<Asked> StrategyDriver::plan(const Study& study, std::size_t want) const {
  if (want == 0 || open_ || study.exhausted()) return std::nullopt;
  if (short_answer_at_ == study.finished().size()) return std::nullopt;
  return Asked{study.next_ask(), static_cast<std::uint32_t>(want), study.finished().size()};
}

void StrategyDriver::recorded(const Study& study, const Asked& asked) {
  open_ = asked;
  called_ = false;
  call_ = {asked.ask, asked.want, study.suggested(), pending_for_strategy(study)};
}

bool StrategyDriver::make_call(const Study& study) {
  if (!open_ || std::exchange(called_, true)) return false;
  const std::span results = std::span(study.finished()).subspan(told_, open_->told - told_);
  host_->tell(study, results);
  told_ = open_->told;
  host_->ask(study, call_);
  asked_at_s_ = steady_time_s();
  return true;
}

std::optional<Event> StrategyDriver::poll(const Study& study) {
  try {
    std::optional<StrategyAnswer> answer = host_->poll();
    if (!answer) return std::nullopt;
    return accept(study, std::move(*answer));
  } catch (const PluginError& error) {
    return failed(error.what());
  }
}

StrategyRestarted StrategyDriver::failed(const std::string& what) {
  if (++failures_in_a_row_ < setup_.most_failures_in_a_row) return {what};
  const std::string often =
      failures_in_a_row_ > 1 ? fmt::format(" (started {} times, failed each time)", failures_in_a_row_) : "";
  throw PluginError(what + often);
}

void StrategyDriver::abandon() {
  host_.reset();
  open_.reset();
  short_answer_at_.reset();
}

bool StrategyDriver::ready() {
  if (!host_->created()) host_->poll();
  return host_->created();
}

bool StrategyDriver::stuck(const Study& study) const {
  return !open_ && !study.exhausted() && short_answer_at_ == study.finished().size() && study.running().empty() &&
         study.waiting().empty();
}

void StrategyDriver::append_poll_fds(std::vector<pollfd>& descriptors) const {
  if (host_) host_->append_poll_fds(descriptors);
}

Answered StrategyDriver::accept(const Study& study, StrategyAnswer&& answer) {
  Answered event{answer.ask, static_cast<std::uint8_t>(answer.exhausted ? 1 : 0), {}};
  TrialId next{study.trial_count()};
  for (Suggestion& suggestion : answer.suggestions) {
    event.trials.push_back({next, std::move(suggestion.configuration), std::move(suggestion.fidelities),
                            suggestion.parent, std::move(suggestion.note)});
    ++next.value;
  }
  if (event.trials.size() < open_->want) short_answer_at_ = open_->told;
  open_.reset();
  if (!event.trials.empty() || answer.exhausted) failures_in_a_row_ = 0;
  constexpr double kWeightOfLatest = 0.2;
  mean_ask_s_ += kWeightOfLatest * (steady_time_s() - asked_at_s_ - mean_ask_s_);
  return event;
}

StrategyDriver ready_strategy(StrategySetup setup, const std::function<void()>& meanwhile) {
  SlowStart slow_start(named("strategy", setup.launch.plugin), setup.launch.start_timeout_s);
  StrategyDriver driver(std::move(setup));
  driver.start();
  while (!driver.ready()) {
    slow_start.look();
    meanwhile();
    if (stop_request() == StopRequest::leave) throw Interrupted("stopped by a signal before the first trial");
    constexpr double kLookForSignalsEvery_s = 0.1;
    driver.wait_for_news(kLookForSignalsEvery_s);
  }
  return driver;
}

}  // namespace tuner
