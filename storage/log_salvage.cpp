#include "storage/log_salvage.h"

#include <algorithm>
#include <limits>

#include "core/bytes.h"
#include "storage/crc32c.h"
#include "storage/event_log.h"

namespace tuner {

namespace {

constexpr std::uint32_t kReflectedPolynomial = 0x82F63B78;

// The event of a frame that begins with the bytes.
std::optional<std::span<const std::byte>> event_at(std::span<const std::byte> bytes) {
  try {
    return take_frame(bytes);
  } catch (const MalformedBytes&) {
    return std::nullopt;
  }
}

// Which of the events from `next` on this is.
std::optional<std::size_t> number_of(std::span<const std::byte> event, std::span<const std::uint32_t> event_crc32c,
                                     std::size_t next) {
  const auto from = event_crc32c.begin() + static_cast<std::ptrdiff_t>(std::min(next, event_crc32c.size()));
  const auto found = std::find(from, event_crc32c.end(), crc32c(event));
  if (found == event_crc32c.end()) return std::nullopt;
  return static_cast<std::size_t>(found - event_crc32c.begin());
}

// Where a length is wrong, frames are looked for at every offset, and any bytes may promise an event of any length.
constexpr std::size_t kLongestLookedFor = 64 << 10;

std::vector<JournalEvent> events_behind(std::span<const std::byte> log, std::span<const std::uint32_t> event_crc32c,
                                        std::size_t next) {
  std::vector<JournalEvent> events;
  bool in_step = false;
  for (std::size_t offset = 0; offset < log.size() && next < event_crc32c.size();) {
    const auto event = event_at(log.subspan(offset));
    const bool is_worth_a_look = event && !event->empty() && (in_step || event->size() <= kLongestLookedFor);
    const auto number = is_worth_a_look ? number_of(*event, event_crc32c, next) : std::nullopt;
    in_step = number.has_value();
    if (!number) {
      ++offset;
      continue;
    }
    events.push_back({{*number}, *event});
    next = *number + 1;
    offset += kFrameHeaderBytes + event->size();
  }
  return events;
}

}  // namespace

std::optional<std::size_t> mend_one_bit(std::span<std::byte> log, std::uint32_t crc32c_of_whole) {
  const std::uint32_t difference = crc32c(log) ^ crc32c_of_whole;
  // What a wrong bit adds to the checksum: from the last bit of the last byte, one step further with each bit before.
  std::uint32_t added = kReflectedPolynomial;
  for (std::size_t byte = log.size(); byte-- > 0;)
    for (unsigned bit = 8; bit-- > 0;) {
      if (added == difference) {
        log[byte] ^= std::byte{1} << bit;
        return byte;
      }
      added = (added & 1U) != 0 ? (added >> 1U) ^ kReflectedPolynomial : added >> 1U;
    }
  return std::nullopt;
}

SalvagedLog salvage_log(std::span<const std::byte> log, std::span<const std::uint32_t> event_crc32c) {
  SalvagedLog left;
  for (const std::uint32_t crc : event_crc32c) {
    const auto event = event_at(log.subspan(left.good_bytes));
    if (!event || crc32c(*event) != crc) break;
    left.good_bytes += kFrameHeaderBytes + event->size();
    ++left.good_events;
  }
  left.behind = events_behind(log.subspan(left.good_bytes), event_crc32c, left.good_events);
  return left;
}

}  // namespace tuner
