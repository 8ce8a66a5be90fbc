// One piece of work on its own thread, that can be asked to give up and need not be waited for.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <thread>

namespace tuner {

class BackgroundWork {
 public:
  // The work looks at the flag now and then, and owns all that it uses: it may outlive this object.
  using Work = std::function<void(const std::atomic<bool>& cancelled)>;

  explicit BackgroundWork(Work work)
      : cancelled_(std::make_shared<std::atomic<bool>>(false)),
        task_([work = std::move(work), cancelled = cancelled_] { work(*cancelled); }),
        result_(task_.get_future()),
        thread_(std::move(task_)) {}
  ~BackgroundWork() {
    cancel();
    if (thread_.joinable()) thread_.join();
  }
  BackgroundWork(const BackgroundWork&) = delete;
  BackgroundWork& operator=(const BackgroundWork&) = delete;

  void cancel() { *cancelled_ = true; }
  bool done() const { return result_.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }
  // Returns when the work has ended; throws what it threw. Once.
  void finish() {
    thread_.join();
    result_.get();
  }
  // Work that does not end in time is left to itself.
  void leave(std::chrono::steady_clock::time_point deadline) {
    cancel();
    if (result_.wait_until(deadline) == std::future_status::ready)
      thread_.join();
    else
      thread_.detach();
  }

 private:
  std::shared_ptr<std::atomic<bool>> cancelled_;
  std::packaged_task<void()> task_;
  std::future<void> result_;
  std::thread thread_;
};

}  // namespace tuner
