// Disks for tests, in front of the real one: one that fails on a certain call, one that forgets what was not synced.
#pragma once

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <fstream>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "storage/file.h"
#include "storage/file_calls.h"

namespace tuner {

enum class FileCall { create_new, open, write, read, sync_data, sync, close, rename, remove, touch, facts };

// Passes every call on, and lets a test look at it first. Syncs are not passed on: they would only cost time.
class WatchedFiles : public FileCalls {
 public:
  int create_new(const std::filesystem::path& path) override {
    return or_else(FileCall::create_new, [&] { return real_.create_new(path); });
  }
  int open(const std::filesystem::path& path) override {
    return or_else(FileCall::open, [&] { return real_.open(path); });
  }
  std::int64_t write(int file, std::span<const std::byte> bytes) override {
    return or_else(FileCall::write, [&] { return real_.write(file, bytes); });
  }
  std::int64_t read(int file, std::span<std::byte> bytes, std::uint64_t offset) override {
    return or_else(FileCall::read, [&] { return real_.read(file, bytes, offset); });
  }
  int sync_data(int) override {
    return or_else(FileCall::sync_data, [] { return 0; });
  }
  int sync(int) override {
    return or_else(FileCall::sync, [] { return 0; });
  }
  int close(int file) override { return real_.close(file); }
  int rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    return or_else(FileCall::rename, [&] { return real_.rename(from, to); });
  }
  int remove(const std::filesystem::path& path) override {
    return or_else(FileCall::remove, [&] { return real_.remove(path); });
  }
  int touch(const std::filesystem::path& path) override {
    return or_else(FileCall::touch, [&] { return real_.touch(path); });
  }
  int facts(const std::filesystem::path& path, FileFacts& facts) override {
    return or_else(FileCall::facts, [&] { return real_.facts(path, facts); });
  }
  int facts_of_open(int file, FileFacts& facts) override {
    return or_else(FileCall::facts, [&] { return real_.facts_of_open(file, facts); });
  }

 protected:
  // A negative error number instead of the call, or nothing. Any thread.
  virtual std::optional<int> instead_of(FileCall call) = 0;

  FileCalls& real_ = system_files();

 private:
  template <class Call>
  auto or_else(FileCall kind, Call call) -> decltype(call()) {
    if (const auto error = instead_of(kind)) return *error;
    return call();
  }
};

// Fails on chosen calls, counted from the first one on. A write that fails has written the half of its bytes, one that
// is interrupted nothing.
class FailingFiles : public WatchedFiles {
 public:
  struct Plan {
    std::optional<FileCall> kind = {};  // none: calls of every kind count
    int first = 0;                      // the call that fails first
    int count = 1;                      // so many calls fail
    int error = ENOSPC;
  };
  explicit FailingFiles(Plan plan) : plan_(plan) {}

  int calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  bool has_failed() const { return calls() > plan_.first; }

  std::int64_t write(int file, std::span<const std::byte> bytes) override {
    const auto written = WatchedFiles::write(file, bytes);
    if (written < 0 && written != -EINTR) real_.write(file, bytes.first(bytes.size() / 2));
    return written;
  }

 protected:
  std::optional<int> instead_of(FileCall call) override {
    const std::lock_guard lock(mutex_);
    if (plan_.kind && *plan_.kind != call) return std::nullopt;
    const int number = calls_++;
    if (number < plan_.first || number >= plan_.first + plan_.count) return std::nullopt;
    return -plan_.error;
  }

 private:
  const Plan plan_;
  mutable std::mutex mutex_;
  int calls_ = 0;
};

// One write takes only the half of its bytes.
class OneShortWrite : public WatchedFiles {
 public:
  explicit OneShortWrite(int which) : which_(which) {}

  bool has_happened() const { return writes_ > which_; }

  std::int64_t write(int file, std::span<const std::byte> bytes) override {
    const bool is_short = writes_++ == which_ && bytes.size() > 1;
    return real_.write(file, is_short ? bytes.first(bytes.size() / 2) : bytes);
  }

 protected:
  std::optional<int> instead_of(FileCall) override { return std::nullopt; }

 private:
  const int which_;
  std::atomic<int> writes_ = 0;
};

// Writes at most three bytes at once and is interrupted before each call.
class StutteringFiles : public WatchedFiles {
 public:
  std::int64_t write(int file, std::span<const std::byte> bytes) override {
    return WatchedFiles::write(file, bytes.first(std::min<std::size_t>(bytes.size(), 3)));
  }

 protected:
  std::optional<int> instead_of(FileCall) override {
    const std::lock_guard lock(mutex_);
    interrupted_ = !interrupted_;
    return interrupted_ ? std::optional(-EINTR) : std::nullopt;
  }

 private:
  std::mutex mutex_;
  bool interrupted_ = false;
};

// Keeps of each file what was synced, of each folder the names that were synced. At a certain changing call the power
// goes off: from then on everything fails, and what_is_left() is what a machine finds that starts again.
class ForgetfulFiles : public FileCalls {
 public:
  // `kept_of_tail`: the share of the bytes behind the last sync that reached the disk all the same.
  ForgetfulFiles(int power_off_at, double kept_of_tail) : power_off_at_(power_off_at), kept_of_tail_(kept_of_tail) {}

  // What lies in the folder is old and safe.
  void know(const std::filesystem::path& folder) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      auto content = read_file(real_, entry.path()).value();
      const auto size = content.size();
      names_[entry.path()] = std::make_shared<Node>(std::move(content), size);
    }
    durable_names_ = names_;
  }
  // This sync of a file fails, and the system forgets what it should have written; later syncs of the file succeed.
  void fail_sync(int which) { failing_sync_ = which; }
  bool sync_has_failed() const { return syncs_ > failing_sync_; }

  int create_new(const std::filesystem::path& path) override {
    return change([&] {
      const int file = real_.create_new(path);
      if (file >= 0) names_[path] = open_[file] = std::make_shared<Node>();
      return file;
    });
  }
  std::int64_t write(int file, std::span<const std::byte> bytes) override {
    return change([&] {
      const auto written = real_.write(file, bytes);
      auto& content = open_.at(file)->content;
      content.insert(content.end(), bytes.begin(), bytes.begin() + written);
      return written;
    });
  }
  int sync_data(int file) override {
    return change([&] {
      Node& node = *open_.at(file);
      if (syncs_++ == failing_sync_) {
        std::fill(node.content.begin() + static_cast<std::ptrdiff_t>(node.synced), node.content.end(), std::byte{0});
        return -EIO;
      }
      node.synced = node.content.size();
      return 0;
    });
  }
  int sync(int) override {
    return change([&] {
      durable_names_ = names_;
      return 0;
    });
  }
  int rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    return change([&] {
      const int result = real_.rename(from, to);
      if (result == 0) names_[to] = names_.extract(from).mapped();
      return result;
    });
  }
  int remove(const std::filesystem::path& path) override {
    return change([&] {
      names_.erase(path);
      return real_.remove(path);
    });
  }
  int touch(const std::filesystem::path&) override { return 0; }
  int open(const std::filesystem::path& path) override {
    return with_power([&] { return real_.open(path); });
  }
  std::int64_t read(int file, std::span<std::byte> bytes, std::uint64_t offset) override {
    return with_power([&] { return real_.read(file, bytes, offset); });
  }
  int facts(const std::filesystem::path& path, FileFacts& facts) override {
    return with_power([&] { return real_.facts(path, facts); });
  }
  int facts_of_open(int file, FileFacts& facts) override {
    return with_power([&] { return real_.facts_of_open(file, facts); });
  }
  int close(int file) override {
    const std::lock_guard lock(mutex_);
    open_.erase(file);
    return real_.close(file);
  }

  bool power_is_off() const {
    const std::lock_guard lock(mutex_);
    return changes_ > power_off_at_;
  }

  // In place of what is there.
  void what_is_left(const std::filesystem::path& folder) {
    const std::lock_guard lock(mutex_);
    std::filesystem::remove_all(folder);
    std::filesystem::create_directory(folder);
    for (const auto& [path, node] : durable_names_) {
      const auto tail = static_cast<double>(node->content.size() - node->synced);
      const auto kept = node->synced + static_cast<std::size_t>(tail * kept_of_tail_);
      std::ofstream(path, std::ios::binary)
          .write(reinterpret_cast<const char*>(node->content.data()), static_cast<std::streamsize>(kept));
    }
  }

 private:
  struct Node {
    Node() = default;
    Node(Bytes bytes, std::size_t safe) : content(std::move(bytes)), synced(safe) {}

    Bytes content;
    std::size_t synced = 0;
  };

  template <class Call>
  auto change(Call call) -> decltype(call()) {
    const std::lock_guard lock(mutex_);
    if (changes_++ >= power_off_at_) return -EIO;
    return call();
  }
  template <class Call>
  auto with_power(Call call) -> decltype(call()) {
    const std::lock_guard lock(mutex_);
    if (changes_ > power_off_at_) return -EIO;
    return call();
  }

  const int power_off_at_;
  const double kept_of_tail_;
  FileCalls& real_ = system_files();
  mutable std::mutex mutex_;
  int changes_ = 0;
  int syncs_ = 0;
  int failing_sync_ = std::numeric_limits<int>::max();
  std::map<int, std::shared_ptr<Node>> open_;
  std::map<std::filesystem::path, std::shared_ptr<Node>> names_;
  std::map<std::filesystem::path, std::shared_ptr<Node>> durable_names_;
};

}  // namespace tuner
