// One epoch of a study whose trials a client evaluates: it asks for trials and tells their results, in any order, with
// any number of them open. The events, their order and the promises are those of a run (manager.h); there are no ranks,
// and a call returns when it is done. One thread.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/warm_start.h"
#include "mpi_runner/ask_tell/kept_study.h"
#include "mpi_runner/strategy_driver.h"

namespace tuner {

// What a client says of a trial. Values and constraints only where the cause is `value`; those that are not finite make
// it bad_value.
struct ClientResult {
  TrialId trial;
  Cause cause = Cause::value;
  std::vector<double> values;
  std::vector<double> constraints;
  std::vector<std::pair<std::string, double>> metrics;
  std::string message;               // failures: what happened
  std::optional<double> duration_s;  // default: the time since the trial was handed out
};

class Session {
 public:
  // Starts the epoch. The strategy is ready and knows nothing yet.
  Session(std::unique_ptr<KeptStudy> kept, StrategyDriver strategy, const std::string& facts,
          const std::vector<std::vector<double>>& enqueue, const std::vector<ImportedTrial>& imports);

  // Trials to evaluate now, `count` or as many as there are: first those that wait to run again, then what the strategy
  // suggests. Each was recorded as started and written. Throws PluginError, Interrupted.
  std::vector<TrialId> ask(std::size_t count);

  // Returns once the result is written. Throws UserError, and then nothing has happened, where the trial is not open or
  // the result does not fit the goal; Interrupted where it cannot be written now: then it is kept, any later call
  // writes it, and the same result may be told again until the client knows that it counts.
  void tell(const ClientResult& result);

  // Returns when everything that was told survives a power cut. The client knows of all of it that it counts.
  void sync();
  // The client knows that what it told of the trial counts.
  void acknowledged(TrialId trial) { in_doubt_.erase(trial); }
  // Nothing is shown that is not written. Throws Interrupted.
  void write();
  void tend() { kept_->tend(); }

  void close();  // ends the epoch: open trials will be asked again
  void leave();  // within a second, as at SIGTERM

  const Study& study() const { return kept_->study(); }

 private:
  void suggest(std::size_t want);
  bool take_answer();
  void restart(const std::string& why);
  void start(TrialId trial);
  void record(const ClientResult& result);
  const Trial& open_trial(TrialId id) const;
  void check(const ClientResult& result) const;

  std::unique_ptr<KeptStudy> kept_;
  StrategyDriver strategy_;
  std::deque<TrialId> started_;               // recorded as started, not yet handed out
  std::map<TrialId, ClientResult> in_doubt_;  // recorded, not known to the client to count
};

}  // namespace tuner
