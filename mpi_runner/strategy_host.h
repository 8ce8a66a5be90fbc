// A strategy in a plugin host: told results, asked for suggestions. Never blocks unless the name of the function says
// so; one thread. A strategy that fails is not started again here: whoever owns the study makes a new StrategyHost and
// tells it all results.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/study.h"
#include "mpi_runner/host_launch.h"
#include "mpi_runner/host_process.h"

namespace tuner {

struct StrategySetup {
  HostLaunch launch;
  PluginOptions options;
  SearchSpace space;
  GoalInfo goal;
  std::uint64_t seed = 0;
  double ask_timeout_s = 600;      // for one ask() together with the tell() before it; 0 = none
  int most_failures_in_a_row = 3;  // see StrategyDriver
};

struct AskCall {
  AskNumber ask;
  std::uint32_t want = 1;
  std::uint64_t suggested = 0;   // suggestions that the study has taken from the strategy so far
  std::vector<TrialId> pending;  // in the order of their numbers
};

struct Suggestion {
  std::vector<double> configuration;
  std::vector<double> fidelities;
  std::optional<TrialId> parent;
  std::string note;  // JSON object or empty: why this point
};

// Fewer suggestions than wanted = wait for results; exhausted = there is nothing left to suggest after these.
struct StrategyAnswer {
  AskNumber ask;
  bool exhausted = false;
  std::vector<Suggestion> suggestions;
};

class StrategyHost {
 public:
  // Starts the host and its create() in the background.
  explicit StrategyHost(StrategySetup setup);
  StrategyHost(const StrategyHost&) = delete;
  StrategyHost& operator=(const StrategyHost&) = delete;
  ~StrategyHost();  // lets an idle plugin's destroy() run, kills a busy one; waits for neither

  // Hands finished trials over, in the order in which their results arrived. The plugin is told all that came since the
  // last ask in one call right before the next one, so that its calls do not depend on when results happened to come.
  void tell(const Study& study, std::span<const TrialId> results);

  // Not while asking(). The answer comes out of poll() or wait().
  void ask(const Study& study, const AskCall& call);
  bool asking() const { return asked_.has_value(); }

  // The answer if it has come, each suggestion checked to lie in the space. Throws UserError when create() finds a
  // mistake of the user's, PluginError when the strategy died, failed, was too slow or broke its contract.
  std::optional<StrategyAnswer> poll();
  StrategyAnswer wait();  // blocks until the answer has come; throws as poll() does
  std::string
  describe_model();  // blocks; JSON of the fitted model, empty where the strategy has none; not while asking()

  // create() has succeeded.
  bool created() const { return created_; }
  // Blocks until poll() has something to do, or for so long.
  void wait_for_news(double longest_s);

  // poll() has something to do when one of these is readable or writable, or this many seconds from now.
  void append_poll_fds(std::vector<pollfd>& fds) const;
  std::optional<double> next_deadline_in_s() const;

  pid_t host_pid() const { return process_.host_pid(); }

 private:
  using Clock = std::chrono::steady_clock;
  struct Asked {
    AskCall call;
    std::size_t known_trials;  // a parent must be one of them
  };

  void expect_within(double timeout_s);
  std::optional<StrategyAnswer> on_reply(const protocol::Reply& reply);
  StrategyAnswer accept(const protocol::Answered& answered);
  Suggestion accept(const protocol::Suggested& suggested);
  [[noreturn]] void fail(const std::string& what);

  StrategySetup setup_;
  HostProcess process_;
  bool created_ = false;
  std::optional<Asked> asked_;
  std::optional<std::string> model_;
  std::optional<Clock::time_point> deadline_;
};

}  // namespace tuner
