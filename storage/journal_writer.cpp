#include "storage/journal_writer.h"

#include <stdexcept>

#include "storage/crc32c.h"
#include "storage/file.h"

namespace tuner {

namespace {

void append(std::span<const std::byte> bytes, Bytes& out) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void put_crc_since(std::size_t start, Bytes& out) {
  const auto crc = crc32c(std::span(out).subspan(start));
  ByteWriter(out).put(crc);
}

void put_record(std::string_view magic, Sequence sequence, std::span<const std::byte> payload, Bytes& out) {
  const std::size_t start = out.size();
  ByteWriter writer(out);
  append(as_bytes(magic), out);
  writer.put(static_cast<std::uint32_t>(payload.size()));
  writer.put(sequence);
  writer.put(crc32c(payload));
  put_crc_since(start, out);
  append(payload, out);
}

}  // namespace

void put_journal_header(const JournalHeader& header, Bytes& out) {
  if (header.study_id.size() != kStudyIdLetters) throw std::invalid_argument("a study id has 32 letters");

  const std::size_t start = out.size();
  ByteWriter writer(out);
  append(as_bytes(kJournalMagic), out);
  writer.put(kJournalVersion);
  writer.put(static_cast<std::uint32_t>(kJournalHeaderBytes));
  append(as_bytes(header.study_id), out);
  writer.put(header.number);
  writer.put(header.base);
  writer.put(header.carried);
  writer.put(std::uint32_t{0});
  put_crc_since(start, out);
}

void put_event_record(Sequence sequence, std::span<const std::byte> event, Bytes& out) {
  put_record(kEventMagic, sequence, event, out);
}

void put_mark(Sequence durable, Bytes& out) {
  put_record(kMarkMagic, durable, {}, out);
}

}  // namespace tuner
