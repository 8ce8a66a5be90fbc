// Whatever is done to the journals of a study: it opens with exactly the events before a torn tail and says so, or is
// refused with place and remedy; what a repair leaves is a beginning of what happened.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <numeric>

#include "core/error.h"
#include "storage/journal_reader.h"
#include "storage/load.h"
#include "storage/repair.h"
#include "storage/study_store.h"
#include "tests/crash/harmed_study.h"

namespace tuner {
namespace {

using test::ChangedFiles;
using test::contents_of;
using test::Record;
using test::TwoRuns;
using test::WholeJournal;
using testing::AnyOf;
using testing::HasSubstr;

const TwoRuns& study() {
  static const TwoRuns kStudy;
  return kStudy;
}

// How many events are known where one journal only tells those before `end`: what the last journal began with stands in
// the one before it, too.
std::size_t events_known(const WholeJournal& journal, std::size_t end) {
  if (&journal == &study().last())
    return std::max(end, study().first().base + study().first().events_before(study().first().bytes.size()));
  return end < study().last().base ? end : study().events.size();
}

// Bytes [start, end) of a journal are other ones, or are missing (`end` is then the end of the file).
struct Harm {
  std::size_t start;
  std::size_t end;
  enum class Kind { changed, cut } kind = Kind::changed;
};

// How many events there should be; nothing: it should be refused.
std::optional<std::size_t> events_after(const WholeJournal& journal, const Harm& harm) {
  const bool cut = harm.kind == Harm::Kind::cut;
  const auto harmed =
      std::ranges::find_if(journal.records, [&](const Record& r) { return r.end > harm.start && r.start < harm.end; });
  const bool header_is_harmed = harm.start < kJournalHeaderBytes;
  const bool records_follow = !cut && journal.records.back().start >= harm.end;
  if (records_follow || (header_is_harmed && !cut)) return std::nullopt;
  const auto good = harmed == journal.records.end() ? journal.bytes.size() : harmed->start;
  const auto end = journal.base + (header_is_harmed ? 0 : journal.events_before(good));
  const bool is_missed = &journal == &study().first() && (header_is_harmed || end < study().last().base);
  return is_missed ? std::nullopt : std::optional(events_known(journal, end));
}

// Each load of a study makes a process.
constexpr std::size_t kBitStride = 7;  // a bit of each byte, each time another one
constexpr std::size_t kBlockStride = 5;

class JournalDamage : public testing::Test {
 protected:
  ~JournalDamage() override { RecordProperty("variants", variants_); }

  // Nothing: refused.
  std::optional<LoadedStudy> load() {
    ++variants_;
    try {
      return load_study(study().path, MissingJournal::refuse, files_);
    } catch (const DamagedStudy& error) {
      refusal_ = error.what();
      return std::nullopt;
    }
  }

  static void expect_beginning(const EventLog& log) {
    ASSERT_LE(log.end().value, study().events.size());
    for_each_event(log.snapshot(), [](Sequence sequence, std::span<const std::byte> event) {
      ASSERT_TRUE(std::ranges::equal(event, study().events[sequence.value])) << "event " << sequence.value;
    });
  }

  // What somebody gets who accepts the loss, or repairs.
  std::size_t events_in_spite_of_damage() {
    const auto loaded = load_study(study().path, MissingJournal::accept_loss, files_);
    expect_beginning(loaded.log);
    return loaded.log.end().value;
  }

  void expect_refused_at(std::size_t last_good_offset) {
    EXPECT_THAT(refusal_, HasSubstr("tuner verify " + study().path.string() + " --repair"));
    const auto byte = refusal_.find(", byte ");
    if (byte == std::string::npos) {
      EXPECT_THAT(refusal_, HasSubstr("a journal before"));
      return;
    }
    EXPECT_LE(std::stoull(refusal_.substr(byte + 7)), last_good_offset);
  }

  void try_harm(const WholeJournal& journal, Bytes bytes, const Harm& harm) {
    SCOPED_TRACE(testing::Message() << journal.path.filename() << " from byte " << harm.start << " to " << harm.end);
    files_.change(journal.path, std::move(bytes));
    const auto loaded = load();
    const auto expected = events_after(journal, harm);

    ASSERT_EQ(loaded.has_value(), expected.has_value());
    if (!loaded) {
      expect_refused_at(harm.start);
      events_in_spite_of_damage();
      return;
    }
    EXPECT_EQ(loaded->log.end().value, *expected);
    expect_beginning(loaded->log);
    const bool is_unfinished = std::ranges::none_of(
        journal.records, [&](const Record& r) { return r.end == harm.start || r.start == harm.start; });
    if (is_unfinished) {
      EXPECT_THAT(loaded->remarks, testing::Contains(AnyOf(HasSubstr("unfinished"), HasSubstr("interrupted"))));
    }
  }

  ChangedFiles files_;
  std::string refusal_;
  int variants_ = 0;
};

TEST_F(JournalDamage, WithoutHarmEverythingIsThere) {
  const auto loaded = load();

  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->log.end().value, study().events.size());
  EXPECT_GT(read_journal(study().last().bytes).header->carried, 0U);
}

TEST_F(JournalDamage, AJournalCutAtAnyByteGivesTheEventsBeforeOrIsRefused) {
  for (const auto& journal : study().journals) {
    for (std::size_t size = 0; size < journal.bytes.size(); ++size)
      try_harm(journal, Bytes(journal.bytes.begin(), journal.bytes.begin() + static_cast<std::ptrdiff_t>(size)),
               {size, journal.bytes.size(), Harm::Kind::cut});
    files_.change_nothing();
  }
}

TEST_F(JournalDamage, EveryFlippedBitIsSeen) {
  for (const auto& journal : study().journals) {
    const auto whole = read_journal(journal.bytes);
    auto bytes = journal.bytes;
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
      bytes[bit / 8] ^= std::byte{1} << (bit % 8);
      const auto found = read_journal(bytes);
      bytes[bit / 8] ^= std::byte{1} << (bit % 8);
      ASSERT_TRUE(!found.header || found.damage || found.good_bytes < bytes.size()) << "bit " << bit;
      ASSERT_LE(found.events.size(), whole.events.size()) << "bit " << bit;
      for (std::size_t i = 0; i < found.events.size(); ++i)
        ASSERT_EQ(found.events[i].size(), whole.events[i].size()) << "bit " << bit;
    }
  }
}

TEST_F(JournalDamage, AFlippedBitOfAnyByteIsRefusedOrTakesATornTail) {
  for (const auto& journal : study().journals) {
    for (std::size_t bit = 0; bit < 8 * journal.bytes.size(); bit += kBitStride) {
      auto bytes = journal.bytes;
      bytes[bit / 8] ^= std::byte{1} << (bit % 8);
      try_harm(journal, std::move(bytes), {bit / 8, bit / 8 + 1});
    }
    files_.change_nothing();
  }
}

TEST_F(JournalDamage, AZeroedBlockIsRefusedOrTakesATornTail) {
  constexpr std::size_t kBlock = 64;
  for (const auto& journal : study().journals) {
    for (std::size_t start = 0; start < journal.bytes.size(); start += kBlockStride) {
      auto bytes = journal.bytes;
      const auto end = std::min(start + kBlock, bytes.size());
      std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(start), bytes.begin() + static_cast<std::ptrdiff_t>(end),
                std::byte{0});
      const auto is_changed = [&](std::size_t at) { return bytes[at] != journal.bytes[at]; };
      Harm harm{start, end};
      while (harm.start < harm.end && !is_changed(harm.start)) ++harm.start;
      while (harm.end > harm.start && !is_changed(harm.end - 1)) --harm.end;
      if (harm.start < harm.end) try_harm(journal, std::move(bytes), harm);
    }
    files_.change_nothing();
  }
}

// The journal with its records in another order.
Bytes rearranged(const WholeJournal& journal, const std::vector<std::size_t>& order) {
  Bytes bytes(journal.bytes.begin(), journal.bytes.begin() + kJournalHeaderBytes);
  for (const auto i : order)
    bytes.insert(bytes.end(), journal.bytes.begin() + static_cast<std::ptrdiff_t>(journal.records[i].start),
                 journal.bytes.begin() + static_cast<std::ptrdiff_t>(journal.records[i].end));
  return bytes;
}

std::vector<std::size_t> original_order(const WholeJournal& journal) {
  std::vector<std::size_t> order(journal.records.size());
  std::iota(order.begin(), order.end(), 0);
  return order;
}

TEST_F(JournalDamage, ADroppedEventIsRefusedUnlessNothingFollowsIt) {
  for (const auto& journal : study().journals) {
    for (std::size_t i = 0; i < journal.records.size(); ++i) {
      SCOPED_TRACE(i);
      auto order = original_order(journal);
      order.erase(order.begin() + static_cast<std::ptrdiff_t>(i));
      files_.change(journal.path, rearranged(journal, order));
      const auto loaded = load();

      const bool may_be_gone = journal.records[i].is_mark || i + 1 == journal.records.size();
      ASSERT_EQ(loaded.has_value(), may_be_gone);
      if (loaded) expect_beginning(loaded->log);
      if (loaded && journal.records[i].is_mark) {
        EXPECT_EQ(loaded->log.end().value, study().events.size());
      }
      if (!loaded) events_in_spite_of_damage();
    }
    files_.change_nothing();
  }
}

TEST_F(JournalDamage, ADoubledEventIsRefusedAndLosesNothing) {
  for (const auto& journal : study().journals) {
    for (std::size_t i = 0; i < journal.records.size(); ++i) {
      SCOPED_TRACE(i);
      auto order = original_order(journal);
      order.insert(order.begin() + static_cast<std::ptrdiff_t>(i), i);
      files_.change(journal.path, rearranged(journal, order));
      const auto loaded = load();

      ASSERT_EQ(loaded.has_value(), journal.records[i].is_mark);
      EXPECT_EQ(events_in_spite_of_damage(), study().events.size());
    }
    files_.change_nothing();
  }
}

TEST_F(JournalDamage, SwappedEventsAreRefusedAndLoseNothing) {
  for (const auto& journal : study().journals) {
    for (std::size_t i = 0; i < journal.records.size(); ++i)
      for (std::size_t j = i + 1; j < journal.records.size(); ++j) {
        SCOPED_TRACE(testing::Message() << i << " and " << j);
        auto order = original_order(journal);
        std::swap(order[i], order[j]);
        files_.change(journal.path, rearranged(journal, order));
        const auto loaded = load();

        const bool are_events = !journal.records[i].is_mark && !journal.records[j].is_mark;
        ASSERT_FALSE(loaded && are_events);
        EXPECT_EQ(events_in_spite_of_damage(), study().events.size());
      }
    files_.change_nothing();
  }
}

// Files of their own: what a repair or a person does with them.
struct CopiedStudy {
  CopiedStudy() {
    for (const auto& entry : std::filesystem::directory_iterator(study().folder.path()))
      std::filesystem::copy(entry.path(), folder / entry.path().filename().string());
  }

  std::filesystem::path copy_of(const WholeJournal& journal) const { return folder / journal.path.filename().string(); }
  void change(const WholeJournal& journal, const Bytes& bytes) const {
    std::ofstream(copy_of(journal), std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  std::string refusal() const {
    try {
      load_study(path, MissingJournal::refuse);
      return "accepted";
    } catch (const DamagedStudy& error) {
      return error.what();
    }
  }

  TemporaryFolder folder;
  std::filesystem::path path = folder / "study.h5";
};

TEST_F(JournalDamage, AMissingJournalIsRefusedWhereItCanBeMissed) {
  const CopiedStudy copied;
  std::filesystem::remove(copied.copy_of(study().first()));
  EXPECT_THAT(copied.refusal(), HasSubstr("study.h5.journal.2 is missing"));

  std::filesystem::remove(copied.copy_of(study().last()));
  EXPECT_THAT(copied.refusal(), HasSubstr("study.h5.journal.2 is missing"));
}

TEST_F(JournalDamage, JournalsOfAnotherStudyOrUnderAnotherNameAreRefused) {
  const CopiedStudy copied;
  auto foreign = rich_definition();
  foreign.study_id.front() = 'f';
  auto other = StudyStore::create(copied.folder / "other.h5", foreign);
  other->record(epoch_started(1));
  other->leave();
  std::filesystem::copy(copied.folder / "other.h5.journal.1", copied.folder / "study.h5.journal.4");
  EXPECT_THAT(copied.refusal(), HasSubstr("belongs to another study"));
  EXPECT_THROW(repair_study(copied.path), DamagedStudy) << "the user can move it away";
  std::filesystem::remove(copied.folder / "study.h5.journal.4");

  std::filesystem::rename(copied.copy_of(study().last()), copied.folder / "study.h5.journal.4");
  EXPECT_THAT(copied.refusal(), HasSubstr("is number 3 by its contents"));
}

TEST_F(JournalDamage, ARepairKeepsTheOriginalsAndGivesTheEventsBeforeTheDamage) {
  for (const auto& journal : study().journals)
    for (std::size_t i = 0; i + 1 < journal.records.size(); ++i) {
      SCOPED_TRACE(testing::Message() << journal.path.filename() << " record " << i);
      const CopiedStudy copied;
      const auto& record = journal.records[i];
      auto bytes = journal.bytes;
      bytes[record.start + 17] ^= std::byte{8};
      copied.change(journal, bytes);

      const auto repair = repair_study(copied.path);

      const auto repaired = load_study(copied.path, MissingJournal::refuse);
      expect_beginning(repaired.log);
      EXPECT_EQ(repaired.facts.end, StudyEnd::clean);
      EXPECT_EQ(repaired.log.end().value,
                record.is_mark ? study().events.size()
                               : events_known(journal, journal.base + journal.events_before(record.start)));
      const StudyFiles originals(repair.originals);
      EXPECT_EQ(repair.originals.filename(), "study.h5.damaged.1");
      EXPECT_EQ(contents_of(repair.originals), contents_of(study().path));
      EXPECT_EQ(contents_of(originals.journal(&journal == &study().first() ? 2 : 3)), bytes);
      EXPECT_THROW(load_study(repair.originals, MissingJournal::refuse), DamagedStudy);
    }
}

TEST_F(JournalDamage, ARepairIsRefusedWhileARunWritesTheStudy) {
  const CopiedStudy copied;
  const auto store = StudyStore::open(copied.path, MissingJournal::refuse);

  EXPECT_THROW(repair_study(copied.path), Interrupted);
}

}  // namespace
}  // namespace tuner
