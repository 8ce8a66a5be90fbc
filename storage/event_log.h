// The whole ordered log of a study in memory, as it will stand in the checkpoint: frames of u32 length and the event's
// bytes. One thread appends; a snapshot costs a few pointers and may be read by another thread meanwhile, because bytes
// that were written once are never touched again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/ids.h"
#include "storage/crc32c.h"

namespace tuner {

// Whole frames, one after the other.
struct LogPiece {
  std::shared_ptr<const std::byte[]> bytes;
  std::size_t size = 0;

  std::span<const std::byte> span() const { return {bytes.get(), size}; }
};

struct LogSnapshot {
  std::vector<LogPiece> pieces;
  Sequence end;              // number of events
  std::uint64_t bytes = 0;   // of all pieces
  std::uint32_t crc32c = 0;  // over all pieces
};

class EventLog {
 public:
  EventLog() = default;
  // From a checkpoint. Throws MalformedBytes where the bytes are not whole frames.
  EventLog(std::shared_ptr<const std::byte[]> bytes, std::size_t size);

  void append(std::span<const std::byte> event);

  Sequence end() const { return end_; }
  LogSnapshot snapshot() const;

 private:
  std::span<std::byte> room_for(std::size_t size);

  std::vector<LogPiece> full_;
  std::shared_ptr<std::byte[]> current_;
  std::size_t current_size_ = 0;
  std::size_t current_capacity_ = 0;
  Sequence end_;
  std::uint64_t bytes_ = 0;
  Crc32c crc_;
};

inline constexpr std::size_t kFrameHeaderBytes = 4;

// Takes the first frame off the bytes and returns its event. Throws MalformedBytes.
std::span<const std::byte> take_frame(std::span<const std::byte>& bytes);

// Calls visit(Sequence, span of the event's bytes) for each event, in order.
template <class Visit>
void for_each_event(const LogSnapshot& log, Visit visit) {
  Sequence sequence;
  for (const auto& piece : log.pieces)
    for (auto rest = piece.span(); !rest.empty(); ++sequence.value) visit(sequence, take_frame(rest));
}

}  // namespace tuner
