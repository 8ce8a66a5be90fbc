// The bytes of journal headers and records. Appends to a buffer of the caller's, so that many records are one write.
#pragma once

#include <cstddef>
#include <span>

#include "core/bytes.h"
#include "storage/journal_format.h"

namespace tuner {

void put_journal_header(const JournalHeader& header, Bytes& out);
void put_event_record(Sequence sequence, std::span<const std::byte> event, Bytes& out);
void put_mark(Sequence durable, Bytes& out);

}  // namespace tuner
