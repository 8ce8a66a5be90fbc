// Keeps the strategy's process in step with the study: what it is told, what it is asked, and that it is started again
// when it dies. Every call is planned as an event first, so that the journal holds the calls in their order and
// `tuner replay` can make them again.
#pragma once

#include <poll.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/study.h"
#include "mpi_runner/strategy_host.h"

namespace tuner {

class StrategyDriver {
 public:
  explicit StrategyDriver(StrategySetup setup) : setup_(std::move(setup)) {}

  // A new process that knows nothing: at an epoch's start, and after a StrategyRestarted event is recorded.
  void start();

  // The ask that would serve `want` more trials, or nothing: an ask is open, the strategy has nothing left, or it had
  // nothing to suggest and no result has come since.
  std::optional<Asked> plan(const Study& study, std::size_t want) const;
  // To be called at once after the event is recorded: remembers which trials are pending.
  void recorded(const Study& study, const Asked& asked);
  // Makes the recorded call, if there is one; to be called after the commit. Says whether it made one.
  bool make_call(const Study& study);

  // What came back, as the event to record: Answered, or StrategyRestarted when the strategy failed. Throws what
  // failed() throws, UserError when its options are wrong.
  std::optional<Event> poll(const Study& study);
  // The event of a failure, after which start() is due. Throws PluginError when there were too many in a row.
  StrategyRestarted failed(const std::string& what);
  // Ends the process; nothing but poll descriptors may be asked for afterwards.
  void abandon();

  // For whoever has nothing else to do. Whether the new process is ready to be asked; throws what poll() throws.
  bool ready();
  bool asking() const { return open_.has_value(); }  // recorded and not answered
  void wait_for_news(double longest_s) { host_->wait_for_news(longest_s); }

  // The last answer was short although nothing is pending: no result can ever come that would change its mind, and it
  // has not said that nothing is left.
  bool stuck(const Study& study) const;

  // Seconds from ask to answer, mean of the latest.
  double mean_ask_s() const { return mean_ask_s_; }
  void append_poll_fds(std::vector<pollfd>& descriptors) const;

 private:
  Answered accept(const Study& study, StrategyAnswer&& answer);

  StrategySetup setup_;
  std::unique_ptr<StrategyHost> host_;
  std::uint64_t told_ = 0;     // results of study.finished() that this process knows
  std::optional<Asked> open_;  // recorded and not answered
  bool called_ = false;        // open_ was handed to the process
  AskCall call_;               // of open_
  double asked_at_s_ = 0;
  double mean_ask_s_ = 0;
  std::optional<std::uint64_t> short_answer_at_;  // finished trials when the last answer was shorter than wanted
  int failures_in_a_row_ = 0;
};

// Started and created. Mistakes in its options, which only its create() finds, appear here. Throws UserError,
// PluginError, Interrupted. `meanwhile` is called again and again.
StrategyDriver ready_strategy(
    StrategySetup setup, const std::function<void()>& meanwhile = [] {});

}  // namespace tuner
