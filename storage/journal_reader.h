// What the bytes of a journal file say. A pure function: any bytes give an answer, none make it fail.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/journal_format.h"

namespace tuner {

// Bytes that are wrong and that no interrupted write explains.
struct JournalDamage {
  std::uint64_t offset = 0;
  std::string what;
};

struct JournalEvent {
  Sequence sequence;
  std::span<const std::byte> bytes;
};

struct JournalContents {
  std::optional<JournalHeader> header;             // nothing: the file was interrupted while it was being made
  std::vector<std::span<const std::byte>> events;  // the i-th has sequence base + i; all point into the bytes read
  Sequence durable;                                // of the last mark; base where there is none
  bool marked = false;
  std::uint64_t good_bytes = 0;  // what follows is an unfinished record, unless there is damage
  std::optional<JournalDamage> damage;
  std::vector<JournalEvent> behind_damage;  // whole events that cannot count, since some before them are not known
  std::uint32_t other_version = 0;          // of the format, where this tuner does not read it

  bool in_force() const { return header && events.size() >= header->carried; }
};

// Reads up to the end, a torn tail, or damage. A bad record is a torn tail where no good record follows it, because a
// write that was interrupted is the last one; anything else is damage. Whole events behind damage that continue those
// before it without a gap are known all the same: a broken mark, or records that stand twice or in another order, lose
// nothing.
JournalContents read_journal(std::span<const std::byte> bytes);

}  // namespace tuner
