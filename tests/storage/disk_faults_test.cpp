// Whatever the disk does, no acknowledged event is missing afterwards and none is there that did not happen.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <functional>
#include <thread>

#include "core/error.h"
#include "storage/event_codec.h"
#include "storage/journal_format.h"
#include "storage/journal_reader.h"
#include "storage/load.h"
#include "storage/repair.h"
#include "storage/study_store.h"
#include "tests/storage/disks.h"
#include "tests/storage/study_fixture.h"

namespace tuner {
namespace {

using testing::HasSubstr;

Bytes bytes_of(const Event& event) {
  Bytes bytes;
  encode(event, bytes);
  return bytes;
}

// Everything that happens in these tests, in order.
std::vector<Event> small_study() {
  std::vector<Event> events = {epoch_started(1)};
  for (std::uint64_t trial = 0; trial < 6; ++trial)
    for (auto& event : life_of_trial(trial)) events.push_back(std::move(event));
  return events;
}

// The log is the definition and then a beginning of small_study().
void expect_beginning(const LoadedStudy& loaded, Sequence acknowledged) {
  const auto events = small_study();
  EXPECT_GE(loaded.log.end(), acknowledged);
  ASSERT_LE(loaded.log.end().value, events.size() + 1);
  for_each_event(loaded.log.snapshot(), [&](Sequence sequence, std::span<const std::byte> event) {
    if (sequence.value == 0) return;
    EXPECT_TRUE(std::ranges::equal(event, bytes_of(events[sequence.value - 1]))) << "event " << sequence.value;
  });
}

class DiskFaults : public testing::Test {
 protected:
  // As a manager does, with a checkpoint in the middle; gives up at the first error. Returns what was acknowledged.
  Sequence run(FileCalls& files) {
    Sequence acknowledged;
    std::unique_ptr<StudyStore> store;
    try {
      store = StudyStore::create(path_, rich_definition(), {.files = &files});
      acknowledged = store->acknowledged();
      std::size_t recorded = 0;
      for (const auto& event : small_study()) {
        store->record(event);
        if (++recorded % 5 != 0) continue;
        store->wait_until_synced();
        acknowledged = store->acknowledged();
        if (recorded == 15) store->start_checkpoint();
      }
      store->finish();
      acknowledged = store->acknowledged();
    } catch (const std::runtime_error&) {
      if (store) acknowledged = std::max(acknowledged, store->acknowledged());
    }
    return acknowledged;
  }

  LoadedStudy load() { return load_study(path_, MissingJournal::refuse); }
  void expect_acknowledged(Sequence acknowledged) {
    if (std::filesystem::exists(path_))
      expect_beginning(load(), acknowledged);
    else
      EXPECT_EQ(acknowledged, Sequence{0});
  }

  // Once for each call that a drill makes, with a disk that fails there.
  void for_each_fault(const std::vector<int>& errors, int how_often, const std::function<void(FileCalls&)>& drill) {
    int calls = 0;
    for (const int error : errors)
      for (int call = 0;; ++call) {
        SCOPED_TRACE(testing::Message() << "call " << call << " fails with error " << error);
        start_afresh();
        FailingFiles files({.first = call, .count = how_often, .error = error});
        drill(files);
        if (!files.has_failed()) break;
        ++calls;
      }
    RecordProperty("failing_calls", calls);
  }
  // Once for each change that a drill makes to the disk, with a power cut there.
  void for_each_power_cut(const std::function<void(FileCalls&)>& drill, const std::function<void()>& check) {
    int cuts = 0;
    for (const double kept_of_tail : {0.0, 0.25, 0.5, 0.75, 1.0})
      for (int change = 0;; ++change) {
        SCOPED_TRACE(testing::Message() << "power off at change " << change);
        start_afresh();
        ForgetfulFiles files(change, kept_of_tail);
        files.know(folder_);
        drill(files);
        if (!files.power_is_off()) break;
        ++cuts;
        files.what_is_left(folder_);
        check();
      }
    RecordProperty("power_cuts", cuts);
  }

  static constexpr int kForEver = 1'000'000;
  TemporaryFolder temporary_;
  std::filesystem::path folder_ = temporary_ / "studies";
  std::filesystem::path path_ = folder_ / "study.h5";

  void SetUp() override { std::filesystem::create_directory(folder_); }
  virtual void start_afresh() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
  }
};

TEST_F(DiskFaults, WithoutFaultsEverythingIsThere) {
  EXPECT_EQ(run(system_files()), Sequence{32});
  expect_beginning(load(), {32});
}

TEST_F(DiskFaults, ShortWritesAndInterruptedCallsAreNoFaults) {
  StutteringFiles files;

  EXPECT_EQ(run(files), Sequence{32});
  expect_beginning(load(), {32});
}

TEST_F(DiskFaults, OneFailingCallLosesNothingAcknowledged) {
  for_each_fault({EIO, ENOSPC, EDQUOT}, 1, [&](FileCalls& files) {
    const auto acknowledged = run(files);
    expect_acknowledged(acknowledged);
  });
}

TEST_F(DiskFaults, ADiskThatStaysBrokenLosesNothingAcknowledged) {
  for_each_fault({EIO, ENOSPC, EDQUOT}, kForEver, [&](FileCalls& files) {
    const auto acknowledged = run(files);
    expect_acknowledged(acknowledged);
  });
}

TEST_F(DiskFaults, OneInterruptedCallIsNoFault) {
  for_each_fault({EINTR}, 1, [&](FileCalls& files) { EXPECT_EQ(run(files), Sequence{32}); });
}

TEST_F(DiskFaults, OneShortWriteIsNoFault) {
  for (int write = 0;; ++write) {
    SCOPED_TRACE(write);
    start_afresh();
    OneShortWrite files(write);

    EXPECT_EQ(run(files), Sequence{32});
    if (!files.has_happened()) break;
    expect_beginning(load(), {32});
  }
}

TEST_F(DiskFaults, AFailedSyncThatForgetsLosesNothingAcknowledged) {
  for (int sync = 0;; ++sync) {
    SCOPED_TRACE(sync);
    start_afresh();
    ForgetfulFiles files(kForEver, 0);
    files.fail_sync(sync);

    const auto acknowledged = run(files);

    if (!files.sync_has_failed()) break;
    files.what_is_left(folder_);
    expect_acknowledged(acknowledged);
  }
}

TEST_F(DiskFaults, APowerCutAtAnyMomentLosesNothingAcknowledged) {
  Sequence acknowledged;
  for_each_power_cut([&](FileCalls& files) { acknowledged = run(files); }, [&] { expect_acknowledged(acknowledged); });
}

// A study whose run was killed, which is opened again.
class FaultsOfAResume : public DiskFaults {
 protected:
  FaultsOfAResume() {
    DiskFaults::start_afresh();
    auto store = StudyStore::create(path_, rich_definition());
    record(*store, 0, 20);
    store->leave();
    store.reset();
    std::filesystem::copy(folder_, killed_, std::filesystem::copy_options::recursive);
  }

  void start_afresh() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::copy(killed_, folder_, std::filesystem::copy_options::recursive);
  }

  static void record(StudyStore& store, std::size_t from, std::size_t to) {
    const auto events = small_study();
    for (auto i = from; i < to; ++i) store.record(events[i]);
    store.wait_until_synced();
  }

  // Opens it, goes on and ends, or gives up.
  Sequence resume(FileCalls& files) {
    Sequence acknowledged{21};
    std::unique_ptr<StudyStore> store;
    try {
      store = StudyStore::open(path_, MissingJournal::refuse, {.files = &files});
      record(*store, 20, 30);
      acknowledged = store->acknowledged();
      store->finish();
    } catch (const std::runtime_error&) {
      if (store) acknowledged = std::max(acknowledged, store->acknowledged());
    }
    return acknowledged;
  }

  std::filesystem::path killed_ = temporary_ / "killed";
};

TEST_F(FaultsOfAResume, OneFailingCallLosesNothingAcknowledged) {
  for_each_fault({EIO, ENOSPC, EDQUOT}, 1, [&](FileCalls& files) {
    const auto acknowledged = resume(files);
    expect_beginning(load(), acknowledged);
  });
}

TEST_F(FaultsOfAResume, ADiskThatStaysBrokenLosesNothingAcknowledged) {
  for_each_fault({EIO, ENOSPC, EDQUOT}, kForEver, [&](FileCalls& files) {
    const auto acknowledged = resume(files);
    expect_beginning(load(), acknowledged);
  });
}

TEST_F(FaultsOfAResume, OneInterruptedCallIsNoFault) {
  for_each_fault({EINTR}, 1, [&](FileCalls& files) { EXPECT_EQ(resume(files), Sequence{31}); });
}

TEST_F(FaultsOfAResume, APowerCutAtAnyMomentLosesNothingAcknowledged) {
  Sequence acknowledged;
  for_each_power_cut([&](FileCalls& files) { acknowledged = resume(files); },
                     [&] { expect_beginning(load(), acknowledged); });
}

// A study with damage behind its 15th event, which is repaired.
class FaultsOfARepair : public FaultsOfAResume {
 protected:
  FaultsOfARepair() {
    const auto journal = killed_ / "study.h5.journal.1";
    const auto whole = read_file(system_files(), journal).value();
    const auto events = read_journal(whole).events;
    std::fstream(journal, std::ios::in | std::ios::out).seekp(events[14].data() - whole.data()) << "X";
  }

  void repair(FileCalls& files) {
    try {
      repair_study(path_, files);
    } catch (const std::runtime_error&) {
      return;
    }
  }
  // The definition and 14 events stand before the damage.
  void expect_what_was_whole() {
    const auto loaded = load_study(path_, MissingJournal::accept_loss);
    EXPECT_EQ(loaded.log.end(), Sequence{15});
    expect_beginning(loaded, {15});
  }
};

TEST_F(FaultsOfARepair, OneFailingCallLosesNothingThatWasWhole) {
  for_each_fault({EIO, ENOSPC, EDQUOT}, 1, [&](FileCalls& files) {
    repair(files);
    expect_what_was_whole();
  });
}

TEST_F(FaultsOfARepair, ADiskThatStaysBrokenLosesNothingThatWasWhole) {
  for_each_fault({ENOSPC}, kForEver, [&](FileCalls& files) {
    repair(files);
    expect_what_was_whole();
  });
}

TEST_F(FaultsOfARepair, APowerCutAtAnyMomentLosesNothingThatWasWhole) {
  for_each_power_cut([&](FileCalls& files) { repair(files); }, [&] { expect_what_was_whole(); });
}

TEST_F(DiskFaults, AFailedSyncIsMendedByANewJournal) {
  // Owner, the journal without events, first checkpoint, and then the first event.
  FailingFiles files({.kind = FileCall::sync_data, .first = 3, .error = EIO});
  auto store = StudyStore::create(path_, rich_definition(), {.files = &files});
  store->record(epoch_started(1));

  store->wait_until_synced();

  EXPECT_EQ(store->acknowledged(), Sequence{2});
  // The system may have dropped all that it could not sync, which is all but the header.
  std::filesystem::resize_file(folder_ / "study.h5.journal.1", kJournalHeaderBytes);
  EXPECT_EQ(load().log.end(), Sequence{2});
}

TEST_F(DiskFaults, AFullDiskIsNamedAndTheRunGoesOnWhenThereIsRoom) {
  // Owner, first journal, its mark, first checkpoint, and then the first commit.
  FailingFiles files({.kind = FileCall::write, .first = 4, .error = ENOSPC});
  auto store = StudyStore::create(path_, rich_definition(), {.files = &files});
  store->record(epoch_started(1));

  try {
    store->commit();
    FAIL() << "the full disk was not noticed";
  } catch (const Interrupted& error) {
    EXPECT_THAT(error.what(), HasSubstr((folder_ / "study.h5.journal.1").string()));
    EXPECT_THAT(error.what(), HasSubstr("Make room"));
  }
  store->wait_until_synced();
  EXPECT_EQ(store->acknowledged(), Sequence{2});
  EXPECT_EQ(load().log.end(), Sequence{2});
}

TEST_F(DiskFaults, AFailedCheckpointIsSaidOnceAndTheOldOneStays) {
  FailingFiles files({.kind = FileCall::rename, .first = 1, .error = ENOSPC});
  auto store = StudyStore::create(path_, rich_definition(), {.files = &files});
  store->record(epoch_started(1));
  store->commit();

  store->start_checkpoint();
  while (store->checkpoint_running()) std::this_thread::yield();
  EXPECT_THROW(store->commit(), Interrupted);
  EXPECT_NO_THROW(store->commit());

  EXPECT_EQ(load().log.end(), Sequence{2});
}

// Blocks every sync of a journal until it is told to go on.
class StuckDisk : public WatchedFiles {
 public:
  void block() { blocked_ = true; }
  void go_on() {
    blocked_ = false;
    blocked_.notify_all();
  }

 protected:
  std::optional<int> instead_of(FileCall call) override {
    if (call == FileCall::sync_data) blocked_.wait(true);
    return std::nullopt;
  }

 private:
  std::atomic<bool> blocked_ = false;
};

TEST_F(DiskFaults, LeavingDoesNotWaitForAStuckDisk) {
  // Never destroyed: the thread that was left behind may still use it.
  static auto& files = *new StuckDisk;
  auto store = StudyStore::create(path_, rich_definition(), {.files = &files});
  files.block();
  store->record(epoch_started(1));
  store->commit();

  store->leave();

  EXPECT_EQ(store->acknowledged(), Sequence{1});
  EXPECT_FALSE(std::filesystem::exists(folder_ / "study.h5.owner"));
  store.reset();
  files.go_on();
  EXPECT_EQ(load().log.end(), Sequence{2}) << "what was written is there, only a power cut could have lost it";
}

TEST_F(DiskFaults, AKilledManagerLosesNothingAcknowledged) {
  int acknowledged_pipe[2];
  ASSERT_EQ(::pipe(acknowledged_pipe), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto store = StudyStore::create(path_, rich_definition());
    store->record(epoch_started(1));
    for (std::uint64_t trial = 0;; ++trial) {
      for (const auto& event : life_of_trial(trial)) store->record(event);
      store->commit();
      if (trial % 16 == 5 && !store->checkpoint_running()) store->start_checkpoint();
      const std::uint64_t acknowledged = store->acknowledged().value;
      if (::write(acknowledged_pipe[1], &acknowledged, sizeof acknowledged) < 0) ::_exit(1);
    }
  }
  std::uint64_t acknowledged = 0;
  while (acknowledged < 500)
    ASSERT_EQ(::read(acknowledged_pipe[0], &acknowledged, sizeof acknowledged),
              static_cast<ssize_t>(sizeof acknowledged));

  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(acknowledged_pipe[0]);
  ::close(acknowledged_pipe[1]);
  const auto store = StudyStore::open(path_, MissingJournal::refuse);

  EXPECT_GE(store->study().finished().size(), acknowledged / 5 - 1);
  EXPECT_THAT(store->remarks(), testing::Contains(HasSubstr("which is gone; taken over")));
  for (const auto trial : store->study().finished())
    EXPECT_EQ(store->study().values(trial)[0], static_cast<double>(trial.value));
}

}  // namespace
}  // namespace tuner
