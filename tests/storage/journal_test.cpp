// Writer and reader of the journal's bytes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "storage/crc32c.h"
#include "storage/file.h"
#include "storage/journal_reader.h"
#include "storage/journal_writer.h"

namespace tuner {
namespace {

using testing::HasSubstr;

const std::string kStudyId = "0123456789abcdef0123456789abcdef";

Bytes payload(std::uint64_t sequence) {
  return Bytes(5 + sequence % 7, static_cast<std::byte>(sequence));
}

// Events 10 to 19, with a mark after every third.
struct SmallJournal {
  Bytes bytes;
  std::vector<std::size_t> event_ends;  // offsets behind each event
  std::vector<std::size_t> record_ends;

  explicit SmallJournal(std::uint64_t carried = 0) {
    put_journal_header({.study_id = kStudyId, .number = 4, .base = {10}, .carried = carried}, bytes);
    record_ends.push_back(bytes.size());
    for (std::uint64_t sequence = 10; sequence < 20; ++sequence) {
      put_event_record({sequence}, payload(sequence), bytes);
      event_ends.push_back(bytes.size());
      record_ends.push_back(bytes.size());
      if (sequence % 3 != 0) continue;
      put_mark({sequence + 1}, bytes);
      record_ends.push_back(bytes.size());
    }
  }

  std::size_t last_record() const { return event_ends.back() - kRecordHeaderBytes - payload(19).size(); }
  std::size_t events_before(std::size_t offset) const {
    return static_cast<std::size_t>(std::ranges::count_if(event_ends, [&](auto end) { return end <= offset; }));
  }
};

// The first events of a SmallJournal, and none that was not written.
void expect_events(const JournalContents& contents, std::size_t count) {
  ASSERT_EQ(contents.events.size(), count);
  for (std::size_t i = 0; i < count; ++i) EXPECT_TRUE(std::ranges::equal(contents.events[i], payload(10 + i)));
}

TEST(Journal, WholeFilesComeBack) {
  const SmallJournal journal;

  const auto contents = read_journal(journal.bytes);

  ASSERT_TRUE(contents.header);
  EXPECT_EQ(contents.header->study_id, kStudyId);
  EXPECT_EQ(contents.header->number, 4U);
  EXPECT_EQ(contents.header->base, Sequence{10});
  expect_events(contents, 10);
  EXPECT_EQ(contents.durable, Sequence{19});
  EXPECT_TRUE(contents.marked);
  EXPECT_EQ(contents.good_bytes, journal.bytes.size());
  EXPECT_FALSE(contents.damage);
}

TEST(Journal, TheChecksumIsCrc32c) {
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xE3069283U) << "the check value of CRC-32C (RFC 3720, Castagnoli)";
}

// Files of version 1 look like this: a change here makes them unreadable.
TEST(Journal, TheBytesAreThoseOfTheFormat) {
  Bytes bytes;
  put_journal_header({.study_id = kStudyId, .number = 1, .base = {2}, .carried = 3}, bytes);
  ASSERT_EQ(bytes.size(), kJournalHeaderBytes);
  put_mark({2}, bytes);
  ASSERT_EQ(bytes.size(), kJournalHeaderBytes + kRecordHeaderBytes);

  const auto text = [&](std::size_t at, std::size_t size) {
    return std::string(reinterpret_cast<const char*>(bytes.data()) + at, size);
  };
  EXPECT_EQ(text(0, 8), "TUNERJNL");
  EXPECT_EQ(text(8, 8), std::string("\1\0\0\0\x50\0\0\0", 8));
  EXPECT_EQ(text(16, 32), kStudyId);
  EXPECT_EQ(text(48, 24), std::string("\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0", 24));
  EXPECT_EQ(text(80, 16), std::string("MARK\0\0\0\0\2\0\0\0\0\0\0\0", 16));
  EXPECT_EQ(text(76, 4), "\x85\x68\x80\xDC") << "CRC-32C of the header";
}

TEST(Journal, AFileCutAnywhereGivesExactlyTheEventsBefore) {
  const SmallJournal journal;
  for (std::size_t size = 0; size < journal.bytes.size(); ++size) {
    const auto contents = read_journal(std::span(journal.bytes).first(size));

    SCOPED_TRACE(size);
    EXPECT_FALSE(contents.damage);
    EXPECT_EQ(contents.header.has_value(), size >= kJournalHeaderBytes);
    expect_events(contents, journal.events_before(size));
    if (!contents.header) continue;
    EXPECT_EQ(contents.good_bytes, *(std::ranges::upper_bound(journal.record_ends, size) - 1));
  }
}

TEST(Journal, EveryFlippedBitIsFoundOrLiesInATornTail) {
  const SmallJournal journal;
  for (std::size_t bit = 0; bit < 8 * journal.bytes.size(); ++bit) {
    auto bytes = journal.bytes;
    bytes[bit / 8] ^= std::byte{1} << (bit % 8);

    const auto contents = read_journal(bytes);

    SCOPED_TRACE(bit / 8);
    EXPECT_EQ(contents.damage.has_value(), bit / 8 < journal.last_record());
    EXPECT_LE(contents.damage.value_or(JournalDamage{}).offset, bit / 8);
    if (contents.header) expect_events(contents, contents.events.size());
  }
}

TEST(Journal, ARecordThatIsDroppedDoubledOrSwappedIsFound) {
  const SmallJournal journal;
  const auto record = [&](std::size_t i) {
    return std::span(journal.bytes)
        .subspan(journal.record_ends[i], journal.record_ends[i + 1] - journal.record_ends[i]);
  };
  const auto made_of = [&](const std::vector<std::size_t>& order) {
    Bytes bytes(journal.bytes.begin(), journal.bytes.begin() + kJournalHeaderBytes);
    for (const auto i : order) bytes.insert(bytes.end(), record(i).begin(), record(i).end());
    return bytes;
  };

  EXPECT_FALSE(read_journal(made_of({0, 1, 2})).damage);
  EXPECT_TRUE(read_journal(made_of({0, 2})).damage);
  EXPECT_TRUE(read_journal(made_of({0, 1, 1})).damage);
  EXPECT_TRUE(read_journal(made_of({1, 0})).damage);
}

TEST(Journal, ZeroedBlocksAreFoundUnlessTheyAreTheTail) {
  const SmallJournal journal;
  constexpr std::size_t kBlock = 32;
  for (std::size_t start = 0; start < journal.bytes.size(); start += kBlock) {
    auto bytes = journal.bytes;
    const auto end = std::min(start + kBlock, bytes.size());
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(start), bytes.begin() + static_cast<std::ptrdiff_t>(end),
              std::byte{0});

    const auto contents = read_journal(bytes);

    SCOPED_TRACE(start);
    const bool no_record_follows = end > journal.last_record();
    EXPECT_NE(contents.damage.has_value(), no_record_follows);
    if (contents.header) expect_events(contents, contents.events.size());
  }
}

TEST(Journal, ZerosBehindTheEndAreATornTail) {
  SmallJournal journal;
  journal.bytes.resize(journal.bytes.size() + 4096);

  const auto contents = read_journal(journal.bytes);

  EXPECT_FALSE(contents.damage);
  expect_events(contents, 10);
}

TEST(Journal, OlderRecordsInsideOfATornEventAreNotFollowers) {
  SmallJournal journal;
  const auto last_output = Bytes(journal.bytes.begin() + kJournalHeaderBytes, journal.bytes.begin() + 200);
  put_event_record({20}, last_output, journal.bytes);
  journal.bytes.pop_back();

  const auto contents = read_journal(journal.bytes);

  EXPECT_FALSE(contents.damage);
  expect_events(contents, 10);
}

TEST(Journal, WholeEventsBehindDamageAreSeen) {
  SmallJournal journal;
  journal.bytes[journal.event_ends[3]] ^= std::byte{1};

  const auto contents = read_journal(journal.bytes);

  ASSERT_TRUE(contents.damage);
  expect_events(contents, 4);
  ASSERT_EQ(contents.behind_damage.size(), 5U);
  EXPECT_EQ(contents.behind_damage[0].sequence, Sequence{15});
}

TEST(Journal, AFileThatLacksWhatItBeganWithIsNotInForce) {
  const SmallJournal journal(3);

  const auto whole = read_journal(journal.bytes);
  const auto cut = read_journal(std::span(journal.bytes).first(journal.event_ends[2] - 1));

  EXPECT_TRUE(whole.in_force());
  EXPECT_FALSE(cut.in_force());
  EXPECT_FALSE(cut.damage);
}

TEST(Journal, AMarkForEventsThatAreNotThereIsDamage) {
  SmallJournal journal;
  put_mark({21}, journal.bytes);

  EXPECT_TRUE(read_journal(journal.bytes).damage);
}

TEST(Journal, ANewerFormatIsNamed) {
  Bytes bytes;
  put_journal_header({.study_id = kStudyId, .number = 1, .base = {1}, .carried = 0}, bytes);
  bytes[8] = std::byte{2};
  bytes.resize(kJournalHeaderBytes - sizeof(std::uint32_t));
  ByteWriter(bytes).put(crc32c(bytes));

  const auto contents = read_journal(bytes);

  EXPECT_EQ(contents.other_version, 2U);
  EXPECT_FALSE(contents.damage);
}

}  // namespace
}  // namespace tuner
