#include "core/request.h"

#include <algorithm>
#include <array>

namespace tuner {
namespace {

// In the order of RequestKind.
constexpr std::array<std::string_view, 5> kNames = {"stop", "stop --now", "pause", "continue", "enqueue"};

}  // namespace

std::string_view name_of(RequestKind kind) {
  return kNames[static_cast<std::size_t>(kind)];
}

std::optional<RequestKind> request_named(std::string_view name) {
  const auto found = std::ranges::find(kNames, name);
  return found == kNames.end() ? std::nullopt : std::optional(static_cast<RequestKind>(found - kNames.begin()));
}

}  // namespace tuner
