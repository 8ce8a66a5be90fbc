// Reads a file in a process of its own, for a library that does not survive every file: where it crashes, runs in
// circles or eats memory, that costs an error and nothing else. The process is a fork that reads, leaves the result in
// memory which both share, and ends without a trace: it runs no handler of this process and prints nothing. No other
// thread may be inside the library at the fork: the new process would find it half changed, and its locks held.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>

namespace tuner {

struct ReadingLimits {
  std::uint64_t result_bytes = 0;
  std::uint64_t memory_bytes = 0;  // more than this process has mapped
  std::uint64_t cpu_s = 0;
  std::uint64_t time_s = 0;  // by the clock
};

// Ample for a file of that size, as tuner writes it.
ReadingLimits limits_for(std::uint64_t file_bytes);

// Where a reading puts its result, piece after piece.
class ReadingResult {
 public:
  explicit ReadingResult(std::span<std::byte> room) : room_(room) {}

  // Throws bad_alloc where the limit does not allow as much.
  std::span<std::byte> append(std::size_t size);
  void append(std::span<const std::byte> bytes);

  std::size_t size() const { return size_; }

 private:
  std::span<std::byte> room_;
  std::size_t size_ = 0;
};

struct SharedBytes {
  std::shared_ptr<std::byte[]> memory;
  std::size_t size = 0;

  std::span<std::byte> span() const { return {memory.get(), size}; }
  SharedBytes without_first(std::size_t bytes) const { return {{memory, memory.get() + bytes}, size - bytes}; }
};

// What the reading throws is thrown here: UserError, DamagedStudy, Interrupted, Hdf5Error and MalformedBytes as they
// are, others as runtime_error. DamagedStudy too where the reading ends by its own fault or reaches its limits,
// Interrupted where it was ended from outside; their texts go on from "the file cannot be used, because …".
SharedBytes read_apart(const ReadingLimits& limits, const std::function<void(ReadingResult&)>& read);

}  // namespace tuner
