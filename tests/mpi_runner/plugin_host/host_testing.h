// What tests of plugin hosts share: fixture plugins, objectives that run to their end, and a look for processes that
// were left behind.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "mpi_runner/objective_host.h"

namespace tuner::testing {

namespace fs = std::filesystem;

inline fs::path fixture(const std::string& name) {
  return fs::path(TUNER_FIXTURES) / (name + ".so");
}

inline HostLaunch launch(const std::string& name) {
  return {.executable = find_host_executable(), .plugin = fixture(name), .start_timeout_s = 60};
}

// Of the objective `misbehaving`.
inline SearchSpace fixture_space() {
  return SearchSpace::from_json(R"({"parameters": [
      {"name": "x", "type": "float", "low": -5, "high": 5, "default": 0},
      {"name": "n", "type": "int", "low": 1, "high": 8}]})",
                                "the fixture");
}

inline GoalInfo fixture_goal() {
  return {.objectives = {{.name = "value"}}, .constraints = {"size"}, .fidelities = {{"rounds", 1, 9}}};
}

inline PluginOptions misbehave(const std::string& how, int on_trial = 0, const std::string& at = "evaluate") {
  return {{"misbehave", how}, {"on_trial", std::to_string(on_trial)}, {"at", at}};
}

inline ObjectiveSetup fixture_setup(PluginOptions options) {
  return {.launch = launch("misbehaving_objective"),
          .options = std::move(options),
          .space = fixture_space(),
          .goal = fixture_goal(),
          .trials_directory = fs::temp_directory_path() / ("tuner-host-test-" + std::to_string(getpid()))};
}

inline Assignment trial(std::uint64_t number) {
  return {.trial = TrialId{number}, .seed = 7, .configuration = {2, 1}, .fidelities = {9}, .parent = std::nullopt};
}
// What the fixture scores for it where it behaves.
constexpr double kGoodValue = 4 + 1.0 / 3;

// Far more than anything here takes, also on a busy machine.
constexpr auto kHangGuard = std::chrono::seconds(600);

class Patience {
 public:
  bool over() const { return std::chrono::steady_clock::now() > until_; }

 private:
  std::chrono::steady_clock::time_point until_ = std::chrono::steady_clock::now() + kHangGuard;
};

inline void wait_for_something(const ObjectiveHost& host) {
  std::vector<pollfd> fds;
  host.append_poll_fds(fds);
  poll(fds.data(), fds.size(), static_cast<int>(1e3 * std::min(1.0, host.next_deadline_in_s().value_or(1))) + 1);
}

// All events until the attempt has ended, which is the last of them.
inline std::vector<Event> run(ObjectiveHost& host, const Assignment& assignment) {
  std::vector<Event> all;
  host.start(assignment);
  for (const Patience patience; host.busy() && !patience.over();) {
    wait_for_something(host);
    for (Event& event : host.advance()) all.push_back(std::move(event));
  }
  return all;
}

inline AttemptEnded evaluate(ObjectiveHost& host, const Assignment& assignment) {
  const std::vector<Event> events = run(host, assignment);
  if (events.empty() || !std::holds_alternative<AttemptEnded>(events.back())) {
    ADD_FAILURE() << "the attempt did not end";
    return {};
  }
  return std::get<AttemptEnded>(events.back());
}

// Marks everything that this process starts, by an environment variable that all descendants inherit.
class Descendants {
 public:
  explicit Descendants(const std::string& name) : mark_("TUNER_TEST_MARK=" + name + std::to_string(getpid())) {
    setenv("TUNER_TEST_MARK", mark_.substr(mark_.find('=') + 1).c_str(), 1);
  }
  Descendants(const Descendants&) = delete;
  Descendants& operator=(const Descendants&) = delete;
  ~Descendants() { unsetenv("TUNER_TEST_MARK"); }

  // That run now; zombies have no environment and do not count.
  std::vector<std::string> running() const {
    std::vector<std::string> result;
    std::error_code error;
    for (fs::directory_iterator process("/proc", error), end; process != end; process.increment(error)) {
      const std::string name = process->path().filename();
      if (name.find_first_not_of("0123456789") != std::string::npos || name == std::to_string(getpid())) continue;
      if (read(process->path() / "environ").find(mark_) != std::string::npos)
        result.push_back(name + " " + read(process->path() / "cmdline"));
    }
    return result;
  }

  // Waits until none is left; those that still are after the hang guard's time.
  std::vector<std::string> left() const {
    const Patience patience;
    while (!running().empty() && !patience.over()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    return running();
  }

 private:
  static std::string read(const fs::path& file) {
    std::ifstream in(file);
    std::ostringstream text;
    text << in.rdbuf();  // fails silently where the process ends meanwhile; an iterator would throw
    return text.str();
  }

  std::string mark_;
};

}  // namespace tuner::testing
