// What is left of a checkpoint's event log whose checksum is wrong. Pure functions of its bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "storage/journal_reader.h"

namespace tuner {

// Where all that is wrong is one bit: puts it right and returns the offset of its byte. A checksum tells the place of a
// single wrong bit, since each place changes it in another way (up to 2^31 bits, the period of the polynomial).
std::optional<std::size_t> mend_one_bit(std::span<std::byte> log, std::uint32_t crc32c);

struct SalvagedLog {
  std::size_t good_bytes = 0;        // whole events from the beginning on
  std::uint64_t good_events = 0;     // so many
  std::vector<JournalEvent> behind;  // whole events behind the first that is wrong; they point into the log
};

// By the checksum of each event.
SalvagedLog salvage_log(std::span<const std::byte> log, std::span<const std::uint32_t> event_crc32c);

}  // namespace tuner
