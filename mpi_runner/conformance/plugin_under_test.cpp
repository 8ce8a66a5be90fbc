#include "mpi_runner/conformance/plugin_under_test.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "core/error.h"
#include "mpi_runner/host_process.h"

namespace tuner::conformance {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kNonsense = "/nowhere/no such thing \xE2\x82\xAC=,";

// The next reply, or nothing where the host has ended. Throws Failed after the start's time-out.
std::optional<protocol::Reply> wait_for_reply(HostProcess& host, double timeout_s) {
  for (const auto start = Clock::now();;) {
    if (auto reply = host.receive()) return reply;
    if (host.end()) return std::nullopt;
    const double left_s = timeout_s - std::chrono::duration<double>(Clock::now() - start).count();
    if (left_s <= 0) throw Failed(fmt::format("took longer than {} s", timeout_s));
    host.wait(left_s);
  }
}

protocol::Reply create(HostProcess& host, const protocol::Request& request, double timeout_s) {
  host.send(request);
  if (auto reply = wait_for_reply(host, timeout_s)) return *std::move(reply);
  throw Failed(with_output(host.end()->what + " in create()", host.output()));
}

// Throws Failed where it was not created; the result says how destroy() went.
HostEnd end_after_create(const PluginUnderTest& plugin, const protocol::Request& request) {
  HostProcess host(plugin.setup.launch);
  const protocol::Reply reply = create(host, request, plugin.setup.launch.start_timeout_s);
  if (const auto* failed = std::get_if<protocol::Failed>(&reply)) {
    if (failed->blame == protocol::Blame::user) throw UserError(printable(failed->message));
    throw Failed(printable(failed->message));
  }

  host.finish();
  while (wait_for_reply(host, plugin.setup.launch.start_timeout_s)) {
  }
  HostEnd end = *host.end();
  if (!end.orderly) end.what = with_output(end.what + " in destroy()", host.output());
  return end;
}

}  // namespace

void create_and_destroy(const PluginUnderTest& plugin, const protocol::Request& request) {
  constexpr int kAttempts = 3;  // a busy machine may take the plugin's second for itself
  HostEnd end;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    end = end_after_create(plugin, request);
    if (!end.late) break;
  }
  if (!end.orderly) throw Failed(end.what);
}

void create_with_nonsense(const PluginUnderTest& plugin, const CreateRequest& request) {
  for (const PluginOption& option : plugin.description.options) {
    if (option.type != PluginOption::Type::text) continue;
    PluginOptions options = plugin.options;
    options[option.name] = kNonsense;
    HostProcess host(plugin.setup.launch);
    const protocol::Reply reply = create(host, request(options), plugin.setup.launch.start_timeout_s);
    const auto* failed = std::get_if<protocol::Failed>(&reply);
    if (failed != nullptr && failed->blame == protocol::Blame::plugin)
      throw Warned(
          fmt::format("option '{}' = '{}' is refused as the plugin's own fault ({}). Throw UserMistake (in C: "
                      "return TUNER_USER_MISTAKE), so that the user is told what to mend",
                      option.name, kNonsense, printable(failed->message)));
  }
}

}  // namespace tuner::conformance
