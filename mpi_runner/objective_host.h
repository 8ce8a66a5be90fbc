// One objective in a plugin host, started again when it dies. Nothing here blocks; one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/definition.h"
#include "core/event.h"
#include "mpi_runner/host_launch.h"
#include "mpi_runner/host_process.h"
#include "mpi_runner/suspension.h"
#include "tuner/abi.h"

namespace tuner {

struct ObjectiveSetup {
  HostLaunch launch;
  PluginOptions options;
  SearchSpace space;
  GoalInfo goal;
  std::filesystem::path trials_directory;  // trial n gets the folder <n> in it when it asks for one
  double trial_timeout_s = 0;              // 0 = none
  double hang_after_s = 0;                 // a trial that says nothing for so long has hung; 0 = never
  double checkpoint_every_s = 0;           // how often trials should save what they have; 0 = whenever they can
  // Takes what the plugin logs, one text a call. Without it, log lines join the plugin's output.
  std::function<void(tuner_log_level, std::string_view)> on_log = {};
  // Takes what the plugin prints, as it comes. Its last lines join the messages of failures anyhow.
  std::function<void(std::string_view)> on_output = {};
  // Takes the end of what an attempt has printed, once it has ended, if it has printed something.
  std::function<void(TrialId, std::uint32_t attempt, std::string_view)> keep_output = {};
  // Called before a host is started. What it throws, start() and advance() throw.
  std::function<void()> before_start = {};
  // Takes what happens to the host: "started", "crashed (SIGSEGV)".
  std::function<void(std::string_view)> on_host = {};
};

// One attempt to run.
struct Assignment {
  TrialId trial;
  std::uint32_t attempt = 1;
  std::uint64_t seed = 0;
  std::vector<double> configuration;
  std::vector<double> fidelities;
  std::optional<TrialId> parent;
};

class ObjectiveHost {
 public:
  // Starts the host and its create() in the background.
  explicit ObjectiveHost(ObjectiveSetup setup);
  ObjectiveHost(const ObjectiveHost&) = delete;
  ObjectiveHost& operator=(const ObjectiveHost&) = delete;
  ~ObjectiveHost();  // lets an idle plugin's destroy() run, kills a busy one; waits for neither

  bool ready() const { return created_; }             // create() succeeded in the host that runs now
  bool busy() const { return running_.has_value(); }  // an attempt was started and has not ended

  // Not while busy(). The attempt begins as soon as the plugin is created; a host that died is started again.
  void start(const Assignment& assignment);

  // What has happened since the last call: Reported, Kept, and AttemptEnded with time left 0. Enforces the time-outs.
  // Throws UserError or PluginError when the plugin's create() fails; an attempt that waited for it is then gone.
  std::vector<Event> advance();

  // Asks the running attempt to stop. One that ends because of TUNER_STOP_CANCEL has the cause preempted.
  void stop(tuner_stop_reason reason);

  // advance() has something to do when one of these is readable or writable, or this many seconds from now.
  void append_poll_fds(std::vector<pollfd>& fds) const;
  std::optional<double> next_deadline_in_s() const;

  // Of the process that runs the plugin; 0 where there is none now.
  pid_t host_pid() const { return process_ ? process_->host_pid() : 0; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Running {
    Assignment assignment;
    bool begun = false;  // evaluate was sent
    Clock::time_point began = {};
    Clock::time_point last_sign = {};  // it reported, logged, noted or printed something
    double stood_still_s = 0;
    std::uint64_t printed_bytes = 0;  // at its last sign
    std::uint64_t reports = 0;
    // Once it has hung: the host is asked for its stack, and what it had printed before.
    std::optional<Clock::time_point> stack_asked = {};
    OutputTail printed_before = {};
    tuner_stop_reason stop = TUNER_CONTINUE;
    std::vector<std::pair<std::string, double>> notes = {};
  };

  void start_host();
  void begin_attempt();
  void send_stop();
  std::optional<Clock::time_point> deadline() const;
  std::optional<Clock::time_point> trial_deadline() const;
  void excuse_suspension();
  void look_for_signs(std::size_t replies);
  bool is_over_time() const;
  void ask_for_stack();
  AttemptEnded hung();
  void on_reply(const protocol::Reply& reply, std::vector<Event>& events);
  void on_host_end(const HostEnd& end, std::vector<Event>& events);
  void on_deadline(std::vector<Event>& events);
  void end_attempt(std::vector<Event>& events, AttemptEnded ended);
  void on_log(const protocol::Log& log);
  void on_note(const protocol::Note& note);
  AttemptEnded ended_by(const protocol::Evaluated& evaluated);
  AttemptEnded outcome(Cause cause);
  void keep_output(const OutputTail& output) const;
  void note_host(std::string_view what) const;
  AttemptEnded failed(Cause cause, const std::string& problem);
  [[noreturn]] void fail_create(const protocol::Failed& why);

  ObjectiveSetup setup_;
  std::optional<HostProcess> process_;
  Clock::time_point host_started_;
  bool created_ = false;
  int deaths_in_create_ = 0;  // in a row
  std::optional<Running> running_;
  Suspension suspension_;
  bool backlog_ = false;  // replies are left from the last turn
};

}  // namespace tuner
