// A study to harm: its files, what they hold, and a view of them in which some have other contents.
#pragma once

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "storage/journal_format.h"
#include "storage/journal_reader.h"
#include "storage/load.h"
#include "storage/study_files.h"
#include "storage/study_store.h"
#include "tests/storage/disks.h"
#include "tests/storage/study_fixture.h"

namespace tuner::test {

inline Bytes contents_of(const std::filesystem::path& path) {
  return read_file(system_files(), path).value();
}

// The real files, but for some that have other contents.
class ChangedFiles : public WatchedFiles {
 public:
  void change(const std::filesystem::path& path, Bytes bytes) { changed_[path] = std::move(bytes); }
  void change_nothing() { changed_.clear(); }

  int open(const std::filesystem::path& path) override {
    const auto changed = changed_.find(path);
    if (changed == changed_.end()) return real_.open(path);
    opened_ = &changed->second;
    return kChanged;
  }
  std::int64_t read(int file, std::span<std::byte> bytes, std::uint64_t offset) override {
    if (file != kChanged) return real_.read(file, bytes, offset);
    const auto rest = std::span(*opened_).subspan(std::min<std::size_t>(offset, opened_->size()));
    const auto piece = rest.first(std::min(rest.size(), bytes.size()));
    std::ranges::copy(piece, bytes.begin());
    return static_cast<std::int64_t>(piece.size());
  }
  int close(int file) override { return file == kChanged ? 0 : real_.close(file); }
  int facts(const std::filesystem::path& path, FileFacts& facts) override {
    const int result = real_.facts(path, facts);
    if (const auto changed = changed_.find(path); changed != changed_.end()) facts.size_bytes = changed->second.size();
    return result;
  }
  int facts_of_open(int file, FileFacts& facts) override {
    if (file != kChanged) return real_.facts_of_open(file, facts);
    facts = {.type = std::filesystem::file_type::regular, .size_bytes = opened_->size()};
    return 0;
  }

 protected:
  std::optional<int> instead_of(FileCall) override { return std::nullopt; }

 private:
  static constexpr int kChanged = 1'000'000;  // no descriptor of the system's
  std::map<std::filesystem::path, Bytes> changed_;
  const Bytes* opened_ = nullptr;
};

struct Record {
  std::size_t start;
  std::size_t end;
  bool is_mark;
};

// The format as plainly as it can be read, without a check.
inline std::vector<Record> records_of(const Bytes& journal) {
  std::vector<Record> records;
  for (std::size_t at = kJournalHeaderBytes; at < journal.size();) {
    std::uint32_t payload_bytes = 0;
    std::memcpy(&payload_bytes, journal.data() + at + 4, sizeof payload_bytes);
    const auto end = at + kRecordHeaderBytes + payload_bytes;
    records.push_back({at, end, std::memcmp(journal.data() + at, "MARK", 4) == 0});
    at = end;
  }
  return records;
}

struct WholeJournal {
  std::filesystem::path path;
  Bytes bytes;
  std::vector<Record> records;
  std::size_t base = 0;  // sequence of the first event

  std::size_t events_before(std::size_t offset) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(records, [&](const Record& r) { return !r.is_mark && r.end <= offset; }));
  }
};

// A study whose first run was killed after a checkpoint, and whose second was killed as well: the checkpoint, the
// journal that it names, and one that begins with events that were not known to be durable. The last record of each is
// an event. Made once for all tests.
class TwoRuns {
 public:
  TwoRuns() {
    auto store = StudyStore::create(path, rich_definition());
    store->record(epoch_started(1));
    write(*store, life_of_trial(0));
    store->start_checkpoint();
    while (store->checkpoint_running()) std::this_thread::yield();
    write(*store, {asked(1), answered(1, 1), attempt_started(1), reported(1), attempt_lost(1)});
    write(*store, {attempt_started(1, 2), attempt_ended(1, 2)});
    end(std::move(store));
    store = StudyStore::open(path, MissingJournal::refuse);
    write(*store, {epoch_started(2)});
    write(*store, life_of_trial(2));
    write(*store, {asked(3), answered(3, 3), attempt_started(3), attempt_crashed(3)});
    write(*store, {SettingChanged{"trials", "9"}, asked(4), answered(4, 4)});
    end(std::move(store));

    for (const std::uint64_t number : {2, 3}) {
      WholeJournal journal{StudyFiles(path).journal(number), {}, {}};
      journal.bytes = contents_of(journal.path);
      journal.records = records_of(journal.bytes);
      journal.base = read_journal(journal.bytes).header->base.value;
      journals.push_back(std::move(journal));
    }
    for_each_event(
        load_study(path, MissingJournal::refuse).log.snapshot(),
        [&](Sequence, std::span<const std::byte> event) { events.emplace_back(event.begin(), event.end()); });
  }

  TemporaryFolder folder;
  std::filesystem::path path = folder / "study.h5";
  std::vector<WholeJournal> journals;
  std::vector<Bytes> events;  // the whole log

  const WholeJournal& first() const { return journals[0]; }
  const WholeJournal& last() const { return journals[1]; }

 private:
  static void write(StudyStore& store, const std::vector<Event>& events_of_a_turn) {
    for (const auto& event : events_of_a_turn) store.record(event);
    store.wait_until_synced();
  }
  // As a kill leaves it between the write and the mark.
  void end(std::unique_ptr<StudyStore> store) {
    store->leave();
    store.reset();
    const auto journal = StudyFiles(path).journal(StudyFiles(path).journals().back());
    std::filesystem::resize_file(journal, std::filesystem::file_size(journal) - kRecordHeaderBytes);
  }
};

}  // namespace tuner::test
