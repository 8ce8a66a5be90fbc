#include "storage/journal_reader.h"

#include <algorithm>

#include "core/bytes.h"
#include "storage/crc32c.h"
#include "storage/file.h"

namespace tuner {

namespace {

constexpr std::size_t kMagicBytes = 4;
constexpr std::size_t kRecordCrcOffset = 20;
constexpr std::size_t kHeaderCrcOffset = 76;

struct RecordHeader {
  bool is_mark = false;
  std::uint32_t payload_bytes = 0;
  Sequence sequence;
  std::uint32_t payload_crc = 0;
};

bool starts_with(std::span<const std::byte> bytes, std::string_view magic) {
  return bytes.size() >= magic.size() && std::ranges::equal(bytes.first(magic.size()), as_bytes(magic));
}

std::optional<RecordHeader> record_header_at(std::span<const std::byte> bytes) {
  const bool is_mark = starts_with(bytes, kMarkMagic);
  if (!is_mark && !starts_with(bytes, kEventMagic)) return std::nullopt;
  if (bytes.size() < kRecordHeaderBytes) return std::nullopt;

  ByteReader in(bytes.first(kRecordHeaderBytes).subspan(kMagicBytes));
  const RecordHeader header{.is_mark = is_mark,
                            .payload_bytes = in.get<std::uint32_t>(),
                            .sequence = in.get<Sequence>(),
                            .payload_crc = in.get<std::uint32_t>()};
  if (in.get<std::uint32_t>() != crc32c(bytes.first(kRecordCrcOffset))) return std::nullopt;
  return header;
}

std::optional<std::span<const std::byte>> payload_of(const RecordHeader& header, std::span<const std::byte> bytes) {
  const auto rest = bytes.subspan(kRecordHeaderBytes);
  if (header.payload_bytes > rest.size()) return std::nullopt;
  const auto payload = rest.first(header.payload_bytes);
  if (header.payload_crc != crc32c(payload)) return std::nullopt;
  return payload;
}

// Whether a record that may stand behind those read so far starts anywhere in the bytes. Its header is enough to tell.
// Older records may stand there as text, in the output of an objective that is part of a torn event.
bool record_follows(std::span<const std::byte> bytes, Sequence next, Sequence durable) {
  for (std::size_t offset = 0; offset + kRecordHeaderBytes <= bytes.size(); ++offset) {
    const auto header = record_header_at(bytes.subspan(offset));
    if (header && header->sequence >= (header->is_mark ? durable : next)) return true;
  }
  return false;
}

// Every whole event in the bytes that may stand behind those read so far. What lies within a record is its payload,
// also where that is broken.
std::vector<JournalEvent> events_in(std::span<const std::byte> bytes, Sequence next) {
  std::vector<JournalEvent> events;
  for (std::size_t offset = 0; offset + kRecordHeaderBytes <= bytes.size();) {
    const auto rest = bytes.subspan(offset);
    const auto header = record_header_at(rest);
    const auto payload = header ? payload_of(*header, rest) : std::nullopt;
    if (payload && !header->is_mark && header->sequence >= next) events.push_back({header->sequence, *payload});
    offset += header ? kRecordHeaderBytes + header->payload_bytes : 1;
  }
  return events;
}

std::optional<JournalHeader> header_of(std::span<const std::byte> bytes) {
  if (bytes.size() < kJournalHeaderBytes || !starts_with(bytes, kJournalMagic)) return std::nullopt;
  ByteReader crc(bytes.first(kJournalHeaderBytes).subspan(kHeaderCrcOffset));
  if (crc.get<std::uint32_t>() != crc32c(bytes.first(kHeaderCrcOffset))) return std::nullopt;

  const auto id = bytes.subspan(16, kStudyIdLetters);
  ByteReader in(bytes.subspan(16 + kStudyIdLetters));
  return JournalHeader{.study_id = {reinterpret_cast<const char*>(id.data()), id.size()},
                       .number = in.get<std::uint64_t>(),
                       .base = in.get<Sequence>(),
                       .carried = in.get<std::uint64_t>()};
}

std::uint32_t version_of(std::span<const std::byte> header) {
  return ByteReader(header.subspan(kJournalMagic.size())).get<std::uint32_t>();
}

Sequence next_of(const JournalContents& contents) {
  return {contents.header->base.value + contents.events.size()};
}

// False where the record contradicts what came before.
bool accept(const RecordHeader& header, std::span<const std::byte> payload, JournalContents& contents) {
  if (!header.is_mark) {
    if (header.sequence != next_of(contents)) return false;
    contents.events.push_back(payload);
    return true;
  }
  if (!payload.empty() || header.sequence < contents.durable || header.sequence > next_of(contents)) return false;
  contents.durable = header.sequence;
  contents.marked = true;
  return true;
}

void read_records(std::span<const std::byte> bytes, JournalContents& contents) {
  while (contents.good_bytes < bytes.size()) {
    const auto rest = bytes.subspan(contents.good_bytes);
    const auto header = record_header_at(rest);
    const auto payload = header ? payload_of(*header, rest) : std::nullopt;
    if (!payload) {
      if (record_follows(rest.subspan(1), next_of(contents), contents.durable))
        contents.damage = {contents.good_bytes, "a record is wrong, and good records follow it"};
      return;
    }
    if (!accept(*header, *payload, contents)) {
      contents.damage = {contents.good_bytes, "a record with number " + std::to_string(header->sequence.value) +
                                                  " stands where number " + std::to_string(next_of(contents).value) +
                                                  " belongs"};
      return;
    }
    contents.good_bytes += kRecordHeaderBytes + payload->size();
  }
}

bool is_same(const JournalEvent& one, const JournalEvent& other) {
  return one.sequence == other.sequence && std::ranges::equal(one.bytes, other.bytes);
}

// Sorts the whole events behind damage into those that continue what is known, and the others. Two different events of
// one number contradict each other, so neither counts.
void sort_out(std::vector<JournalEvent> behind, JournalContents& contents) {
  std::ranges::stable_sort(behind, {}, &JournalEvent::sequence);
  behind.erase(std::unique(behind.begin(), behind.end(), is_same), behind.end());
  auto event = behind.begin();
  for (; event != behind.end() && event->sequence == next_of(contents); ++event) {
    if (const auto after = std::next(event); after != behind.end() && after->sequence == event->sequence) break;
    contents.events.push_back(event->bytes);
  }
  contents.behind_damage.assign(event, behind.end());
}

}  // namespace

JournalContents read_journal(std::span<const std::byte> bytes) {
  JournalContents contents;
  contents.header = header_of(bytes);
  if (!contents.header) {
    if (record_follows(bytes, {}, {})) contents.damage = {0, "the header is wrong, and records follow it"};
    if (contents.damage) contents.behind_damage = events_in(bytes, {});
    return contents;
  }
  contents.good_bytes = kJournalHeaderBytes;
  contents.durable = contents.header->base;
  if (const auto version = version_of(bytes); version != kJournalVersion) {
    contents.other_version = version;
    return contents;
  }
  read_records(bytes, contents);
  if (contents.damage) sort_out(events_in(bytes.subspan(contents.good_bytes), next_of(contents)), contents);
  return contents;
}

}  // namespace tuner
