// Whatever the disk does, no acknowledged event is missing afterwards and none is there that did not happen.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <thread>

#include "core/error.h"
#include "storage/event_codec.h"
#include "storage/journal_format.h"
#include "storage/load.h"
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

  TemporaryFolder temporary_;
  std::filesystem::path folder_ = temporary_ / "studies";
  std::filesystem::path path_ = folder_ / "study.h5";

  void SetUp() override { std::filesystem::create_directory(folder_); }
  void start_afresh() {
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
  for (int call = 0;; ++call) {
    SCOPED_TRACE(call);
    start_afresh();
    FailingFiles files({.first = call, .error = call % 2 == 0 ? ENOSPC : EIO});

    const auto acknowledged = run(files);

    if (!files.has_failed()) break;
    expect_acknowledged(acknowledged);
  }
}

TEST_F(DiskFaults, ADiskThatStaysBrokenLosesNothingAcknowledged) {
  for (int call = 0;; ++call) {
    SCOPED_TRACE(call);
    start_afresh();
    FailingFiles files({.first = call, .count = 1'000'000, .error = EDQUOT});

    const auto acknowledged = run(files);

    if (!files.has_failed()) break;
    expect_acknowledged(acknowledged);
  }
}

TEST_F(DiskFaults, APowerCutAtAnyMomentLosesNothingAcknowledged) {
  for (const double kept_of_tail : {0.0, 0.5, 1.0}) {
    for (int change = 0;; ++change) {
      SCOPED_TRACE(change);
      start_afresh();
      ForgetfulFiles files(change, kept_of_tail);

      const auto acknowledged = run(files);

      if (!files.power_is_off()) break;
      files.what_is_left(folder_);
      expect_acknowledged(acknowledged);
    }
  }
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
