// The command `tuner ask-tell`: reads requests from standard input and writes answers to standard output.
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <ostream>
#include <vector>

#include "core/error.h"
#include "mpi_runner/ask_tell/dialogue.h"
#include "mpi_runner/ask_tell/line_reader.h"
#include "mpi_runner/commands/command.h"
#include "mpi_runner/commands/commands.h"
#include "mpi_runner/exit_code.h"
#include "mpi_runner/signals.h"

namespace tuner {
namespace {

// While nobody says anything: how long a signal or a checkpoint may have to wait.
constexpr double kLookAroundEvery_s = 0.2;
// Answers that one sync may hold back.
constexpr std::size_t kMostHeld = 1'000;

constexpr const char* kProtocol = R"(
One JSON object a line on standard input, one JSON object a line on standard output, in order. Begin with create.
Requests need not wait for answers, but a pipe only holds the answers to some hundred of them.

{"op": "create", "space": {"parameters": [...]}}          the search space in the form of --space
   "strategy": "random", "options": {...}, "seed": 0      strategy plugin and its options; defaults as of a run
   "objectives": [{"name": "loss", "direction": "minimize"}], "constraints": ["cost"]
                                                          default: one, "value", minimized; none
   "study": "s.h5"                                        study file; without it the study ends with the program.
                                                          One that exists is continued: what is left out here is taken
                                                          from it, what is given must be the same
   "durable": true                                        a result in a study file is acknowledged once it survives a
                                                          power cut; false: once it survives a kill, see sync
   "enqueue": [{"eta": 0.1}]                              configurations to hand out first
   "warm_start": ["old.h5"]                               earlier studies whose results the strategy is told
   "ask_timeout_s": 600                                   a strategy that takes longer is started again; 0: never
   "workers": 1                                           how many trials will be open at once; recorded, a hint
   "accept_loss": false                                   continue although a journal is missing
 answer: {"study": "s.h5", "id": "...", "strategy": "sobol", "seed": 0, "finished": 10, "open": [17], "remarks": []}
   open: trials whose results never came; ask hands them out again
{"op": "ask", "n": 1}                                     trials to evaluate now, open ones of an earlier session first
 answer: {"trials": [{"trial": 17, "attempt": 1, "seed": 123, "parameters": {"eta": 0.1}}]}
   fewer than n, or none: tell results and ask again; with "exhausted": true there is nothing left to suggest
{"op": "tell", "trial": 17, "values": [0.31]}             a value for each objective; NaN, Infinity: failed, bad_value
   "constraints": [-1.5]                                  a value for each constraint, met where it is <= 0
{"op": "tell", "trial": 17, "failed": "crash"}            exception, crash, timeout, out_of_memory, bad_value; with lost
   "message": "..."                                       or preempted the trial is handed out again
   "metrics": {"auc": 0.9}, "duration_s": 12.5            with either: kept beside the trial
 answer: {"told": 17}
{"op": "best"}                                            best feasible trial; with several objectives also the front
 answer: {"best": {"trial": 17, "parameters": {...}, "values": [0.31]}}, or {"best": null}
{"op": "sync"}                                            waits until all that was told survives a power cut
 answer: {"synced": true}
{"op": "close"}                                           as the end of the input: open trials are given back, the file
 answer: {"closed": true}                                 is complete, the program ends
Whatever is wrong: {"error": "line 3: ..."}. Then nothing has happened, and the session goes on; only a result that a
full disk could not take is kept, and written as soon as that is possible.
)";

class Conversation {
 public:
  Conversation(LineReader& lines, std::ostream& out) : lines_(lines), out_(out) {}

  int run() {
    while (!dialogue_.closed() && stop_request() != StopRequest::leave && out_) {
      // With answers held back, only what is there already is read before they are sent.
      const bool may_wait = held_.empty();
      const auto line = lines_.next(may_wait ? kLookAroundEvery_s : 0);
      if (line) held_.push_back(dialogue_.answer(*line));
      if (line && held_.size() < kMostHeld) continue;
      send();
      dialogue_.tend();
      if (may_wait && lines_.ended()) break;
    }
    if (stop_request() != StopRequest::leave) send();  // a sync may take longer than there is time then
    return end();
  }

 private:
  void send() {
    const bool waits = std::ranges::any_of(held_, &Answer::waits_for_sync);
    const std::string trouble = waits ? dialogue_.sync() : "";
    for (const Answer& answer : held_)
      out_ << (answer.waits_for_sync && !trouble.empty() ? trouble : answer.text) << '\n';
    held_.clear();
    out_.flush();
  }

  int end() {
    if (stop_request() == StopRequest::leave) {
      dialogue_.leave();
      return kResumable;
    }
    const std::string trouble = dialogue_.end_of_input();
    if (!trouble.empty()) throw Interrupted(trouble);
    return kDone;
  }

  LineReader& lines_;
  std::ostream& out_;
  Dialogue dialogue_;
  std::vector<Answer> held_;
};

}  // namespace

int ask_tell_command(const CommandCall& call) {
  if (!read_options(call, {})) {
    call.out << kProtocol;
    return kDone;
  }
  install_signal_handlers();
  LineReader lines(STDIN_FILENO);
  return Conversation(lines, call.out).run();
}

}  // namespace tuner
