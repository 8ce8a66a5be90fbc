#include "mpi_runner/plugin_call.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/error.h"
#include "core/json_places.h"
#include "mpi_runner/host_process.h"
#include "mpi_runner/plugin_goal.h"
#include "mpi_runner/signals.h"
#include "mpi_runner/slow_start.h"
#include "mpi_runner/suspension.h"

namespace tuner {
namespace {

void leave_when_asked(const TrainingTimes&) {
  if (stop_request() == StopRequest::leave) throw Interrupted("stopped by a signal, while a plugin was asked");
}

// A host that answers one question after the other, while we wait.
class Interview {
 public:
  explicit Interview(const HostLaunch& launch, WhileWaiting while_waiting = leave_when_asked)
      : launch_(launch), host_(launch), while_waiting_(std::move(while_waiting)) {}

  // No time-out from here on.
  void wait_for_ever() { timeout_s_ = -1; }

  template <class Expected>
  Expected ask(const protocol::Request& request) {
    host_.send(request);
    const protocol::Reply reply = wait();
    if (const auto* expected = std::get_if<Expected>(&reply)) return *expected;
    fail("damaged its host's memory (another answer came than was asked for)");
  }

  void finish() { host_.finish(); }

  [[noreturn]] void fail(const std::string& what) {
    throw PluginError(with_output(named("plugin", launch_.plugin) + " " + printable(what), host_.output()));
  }

 private:
  using Clock = std::chrono::steady_clock;

  static double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  }

  protocol::Reply wait() {
    auto start = Clock::now();
    auto last_sign = start;
    Suspension suspension;
    std::uint64_t printed_bytes = host_.printed_bytes();
    SlowStart slow_start(named("plugin", launch_.plugin), timeout_s_);
    for (;;) {
      if (auto reply = host_.receive()) {
        if (const auto* failed = std::get_if<protocol::Failed>(&*reply)) fail(*failed);
        return *std::move(reply);
      }
      if (host_.end()) fail(host_.end()->what);
      const double waited_s = seconds_since(start);
      if (timeout_s_ >= 0 && waited_s >= timeout_s_) fail(fmt::format("did not answer within {} s", timeout_s_));
      if (timeout_s_ >= 0) slow_start.look();
      constexpr double kLongestWait_s = 0.1;
      host_.wait(timeout_s_ < 0 ? kLongestWait_s : std::min(kLongestWait_s, timeout_s_ - waited_s));
      const auto away = std::chrono::duration_cast<Clock::duration>(
          std::chrono::duration<double>(suspension.seconds_since_last_call()));
      start += away;
      last_sign += away;
      if (host_.printed_bytes() != std::exchange(printed_bytes, host_.printed_bytes())) last_sign = Clock::now();
      while_waiting_(timeout_s_ < 0 ? TrainingTimes{seconds_since(start), seconds_since(last_sign)} : TrainingTimes{});
    }
  }

  [[noreturn]] void fail(const protocol::Failed& failed) {
    if (failed.blame == protocol::Blame::plugin) fail(failed.message);
    throw UserError(fmt::format("plugin '{}': {}", launch_.plugin.stem().string(), printable(failed.message)));
  }

  const HostLaunch& launch_;
  HostProcess host_;
  double timeout_s_ = launch_.start_timeout_s;
  WhileWaiting while_waiting_;
};

}  // namespace

PluginDescription describe_plugin(const HostLaunch& launch) {
  Interview interview(launch);
  const auto described = interview.ask<protocol::Described>(protocol::Describe{});
  interview.finish();
  const PluginKind kind = described.is_strategy != 0 ? PluginKind::strategy : PluginKind::objective;
  try {
    PluginDescription description = description_from_json(kind, described.json);
    description.can_refit = described.can_refit != 0;
    return description;
  } catch (const PluginError& problem) {
    interview.fail(problem.what());
  }
}

SearchSpace plugin_space(const HostLaunch& launch, const PluginOptions& options) {
  Interview interview(launch);
  const auto text = interview.ask<protocol::Text>(protocol::DeclareSpace{options});
  interview.finish();
  try {
    return SearchSpace::from_json(text.text, named("plugin", launch.plugin));
  } catch (const UserError& problem) {
    throw PluginError(problem.what());  // the plugin's mistake, whatever the user set
  }
}

std::vector<std::string> plugin_inputs(const HostLaunch& launch, const PluginOptions& options) {
  Interview interview(launch);
  const auto text = interview.ask<protocol::Text>(protocol::ListInputs{options});
  interview.finish();
  try {
    return nlohmann::json::parse(text.text).get<std::vector<std::string>>();
  } catch (const nlohmann::json::exception&) {
    interview.fail("names its inputs wrongly: " + text.text + " is no JSON array of texts. See inputs in tuner/abi.h");
  }
}

std::string refit(const HostLaunch& launch, const RefitCall& call) {
  return refit(launch, call, leave_when_asked);
}

std::string refit(const HostLaunch& launch, const RefitCall& call, const WhileWaiting& while_waiting) {
  Interview interview(launch, while_waiting);
  interview.ask<protocol::Created>(protocol::CreateObjective{call.space.to_json(), goal_for_plugin(call.goal),
                                                             call.options, call.directory, launch.threads});
  interview.wait_for_ever();
  const auto metrics = interview.ask<protocol::Text>(
      protocol::Refit{call.part, call.seed, call.configuration, std::filesystem::absolute(call.directory)});
  interview.finish();
  if (nested_too_deeply(metrics.text) || !nlohmann::json::parse(metrics.text, nullptr, false).is_object())
    interview.fail("writes metrics that are no flat JSON object in refit()");
  return metrics.text;
}

}  // namespace tuner
