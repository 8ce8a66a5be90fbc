#include "mpi_runner/worker.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "core/error.h"
#include "mpi_runner/absence.h"
#include "mpi_runner/clock.h"
#include "mpi_runner/evaluator.h"
#include "mpi_runner/machine.h"
#include "mpi_runner/messages.h"
#include "mpi_runner/pause.h"
#include "mpi_runner/rank_placement.h"
#include "mpi_runner/signals.h"

namespace tuner {
namespace {

constexpr RankId kManager{0};
constexpr double kLongestDelay_s = 1e-3;  // of a result that waits for company
constexpr double kLongestFarewell_s = 1;  // mpirun kills a second after its signal

class Worker {
 public:
  explicit Worker(Transport& transport) : transport_(transport) {}

  void run() {
    while (!over_) {
      const bool heard = receive();
      const bool moved = evaluate();
      keep_in_touch();
      if (heard || moved) {
        pause_.reset();
      } else {
        wait();
      }
    }
  }

 private:
  bool receive() {
    bool any = false;
    while (!over_) {
      const std::optional<Envelope> envelope = transport_.receive();
      if (!envelope) break;
      any = true;
      last_heard_s_ = steady_time_s();
      std::visit([this](auto&& message) { on(std::forward<decltype(message)>(message)); },
                 message_from(envelope->bytes));
    }
    return any;
  }

  void on(WorkerSetup&& message) {
    rank_timeout_s_ = message.rank_timeout_s;
    log_.emplace(message.logs, transport_.rank());
    place_hosts(message.objective.launch, transport_);
    evaluator_.emplace(std::move(message.objective), message.digests, *log_);
  }
  void on(WorkBatch&& message) {
    if (evaluator_) evaluator_->add(std::move(message.assignments));
  }
  void on(Leaving&&) { leave(); }
  void on(Goodbye&&) { over_ = true; }
  template <class Other>
  void on(Other&&) {}

  bool evaluate() {
    if (!evaluator_) return false;
    try {
      std::vector<Event> events = evaluator_->advance();
      const bool moved = !events.empty();
      std::move(events.begin(), events.end(), std::back_inserter(unsent_));
      if (!said_ready_ && evaluator_->ready()) {
        say(WorkerReady{host_name()});
        said_ready_ = true;
      }
      send_events();
      return moved;
    } catch (const UserError& error) {
      give_up(error.what());
    } catch (const PluginError& error) {
      give_up(error.what());
    }
    return true;
  }

  // Results of short trials travel together: the manager's work is by message, not by result.
  void send_events() {
    if (unsent_.empty()) return;
    const double now_s = steady_time_s();
    if (!evaluator_->idle() && now_s - last_sent_s_ < kLongestDelay_s) return;
    say(WorkerEvents{std::exchange(unsent_, {})});
  }

  void give_up(const std::string& why) {
    say(WorkerBroken{host_name(), why});
    evaluator_.reset();
  }

  void keep_in_touch() {
    const double now_s = steady_time_s();
    last_heard_s_ += absence_.seconds(now_s);
    if (now_s - last_sent_s_ > alive_every_s(rank_timeout_s_)) say(Alive{});
    const bool manager_is_gone = now_s - last_heard_s_ > 2 * rank_timeout_s_ || transport_.manager_died();
    if (manager_is_gone && log_) log_->write("the manager is gone", {{"silent_s", now_s - last_heard_s_}});
    if (manager_is_gone) over_ = true;
    if (!over_ && stop_request() == StopRequest::leave) leave();
    if (left_s_ && now_s - *left_s_ > kLongestFarewell_s) over_ = true;
  }

  // Works no more, but stays until the manager is done: mpirun kills all ranks once the first has ended after its
  // signal.
  void leave() {
    if (left_s_) return;
    if (!unsent_.empty()) say(WorkerEvents{std::exchange(unsent_, {})});
    say(Goodbye{});
    left_s_ = steady_time_s();
    evaluator_.reset();
  }

  void wait() {
    // Whoever has a trial needs the manager only for what may come later; a result wakes it through the descriptors.
    constexpr double kLongestIdle_s = 2e-3;
    constexpr double kLongestBusy_s = 20e-3;
    descriptors_.clear();
    double longest_s = kLongestIdle_s;
    if (evaluator_ && !evaluator_->idle()) {
      evaluator_->append_poll_fds(descriptors_);
      longest_s = std::min(unsent_.empty() ? kLongestBusy_s : kLongestDelay_s, evaluator_->next_deadline_in_s());
    }
    pause_.wait(descriptors_, longest_s);
  }

  void say(const Message& message) {
    transport_.send(kManager, to_bytes(message));
    last_sent_s_ = steady_time_s();
  }

  Transport& transport_;
  double rank_timeout_s_ = 1800;  // until the setup says: the manager may have to read much data first
  bool over_ = false;
  bool said_ready_ = false;
  std::optional<RankLog> log_;
  std::optional<Evaluator> evaluator_;  // writes into the log
  std::vector<Event> unsent_;
  std::vector<pollfd> descriptors_;
  Pause pause_;
  double last_sent_s_ = steady_time_s();
  double last_heard_s_ = steady_time_s();
  Absence absence_;
  std::optional<double> left_s_;  // when it said goodbye
};

}  // namespace

void run_worker(Transport& transport) {
  Worker(transport).run();
}

}  // namespace tuner
