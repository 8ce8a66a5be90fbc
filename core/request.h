// What people may ask of a run while it lives.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tuner {

// stop: start no trial, end when those that run are done. stop_now: those that run wait to be run again.
// pause: start no trial. go_on: start trials again. enqueue: run this configuration next.
enum class RequestKind : std::uint8_t { stop, stop_now, pause, go_on, enqueue };

std::string_view name_of(RequestKind kind);  // "stop", "stop --now", "pause", "continue", "enqueue"
std::optional<RequestKind> request_named(std::string_view name);

}  // namespace tuner
