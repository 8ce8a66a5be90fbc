#include "storage/event_log.h"

#include <algorithm>
#include <cstring>

#include "core/bytes.h"

namespace tuner {

namespace {

// Small beside a study worth of events, large beside one event.
constexpr std::size_t kPieceBytes = 256 << 10;

}  // namespace

std::span<const std::byte> take_frame(std::span<const std::byte>& bytes) {
  const std::size_t size = ByteReader(bytes).get<std::uint32_t>();
  if (size > bytes.size() - kFrameHeaderBytes) throw MalformedBytes("an event of the log is longer than the log");
  const auto event = bytes.subspan(kFrameHeaderBytes, size);
  bytes = bytes.subspan(kFrameHeaderBytes + size);
  return event;
}

EventLog::EventLog(std::shared_ptr<const std::byte[]> bytes, std::size_t size) : bytes_(size) {
  for (std::span<const std::byte> rest(bytes.get(), size); !rest.empty(); ++end_.value) take_frame(rest);
  crc_.add({bytes.get(), size});
  full_.push_back({.bytes = std::move(bytes), .size = size});
}

void EventLog::append(std::span<const std::byte> event) {
  const auto length = static_cast<std::uint32_t>(event.size());
  const auto frame = room_for(kFrameHeaderBytes + event.size());
  std::memcpy(frame.data(), &length, kFrameHeaderBytes);
  std::ranges::copy(event, frame.begin() + kFrameHeaderBytes);

  crc_.add(frame);
  bytes_ += frame.size();
  ++end_.value;
}

std::span<std::byte> EventLog::room_for(std::size_t size) {
  if (size > current_capacity_ - current_size_) {
    if (current_size_ > 0) full_.push_back({.bytes = current_, .size = current_size_});
    current_capacity_ = std::max(size, kPieceBytes);
    current_ = std::make_shared_for_overwrite<std::byte[]>(current_capacity_);
    current_size_ = 0;
  }
  current_size_ += size;
  return {current_.get() + current_size_ - size, size};
}

LogSnapshot EventLog::snapshot() const {
  LogSnapshot snapshot{.pieces = full_, .end = end_, .bytes = bytes_, .crc32c = crc_.value()};
  if (current_size_ > 0) snapshot.pieces.push_back({.bytes = current_, .size = current_size_});
  return snapshot;
}

}  // namespace tuner
