// Calls what may never return, for so long.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <optional>
#include <thread>
#include <utility>

namespace tuner {

// Nothing where it has not returned in time; its thread is then left behind, so it must own all that it uses.
template <class Result>
std::optional<Result> within(double seconds, std::function<Result()> call) {
  std::packaged_task<Result()> task(std::move(call));
  std::future<Result> result = task.get_future();
  std::thread(std::move(task)).detach();
  if (result.wait_for(std::chrono::duration<double>(seconds)) != std::future_status::ready) return std::nullopt;
  return result.get();
}

}  // namespace tuner
