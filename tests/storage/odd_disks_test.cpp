// Disks that fail in a way of their own: what is said, and what goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include "core/error.h"
#include "storage/journal_format.h"
#include "storage/load.h"
#include "storage/study_store.h"
#include "tests/storage/faulty_disk_test.h"

namespace tuner {
namespace {

using test::small_study;
using testing::HasSubstr;

using OddDisks = test::DiskFaults;

TEST_F(OddDisks, AFailedSyncIsMendedByANewJournal) {
  // Owner, the journal with the definition, first checkpoint, and then the first event.
  FailingFiles files({.kind = FileCall::sync_data, .first = 3, .error = EIO});
  auto store = StudyStore::create(path_, rich_definition(), {.files = &files});
  const auto synced_bytes = std::filesystem::file_size(folder_ / "study.h5.journal.1");
  store->record(epoch_started(1));

  store->wait_until_synced();

  EXPECT_EQ(store->acknowledged(), Sequence{2});
  // The system may have dropped all that it could not sync.
  std::filesystem::resize_file(folder_ / "study.h5.journal.1", synced_bytes);
  EXPECT_EQ(load().log.end(), Sequence{2});
}

TEST_F(OddDisks, AFullDiskIsNamedAndTheRunGoesOnWhenThereIsRoom) {
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

TEST_F(OddDisks, AStudyThatFindsNoRoomAtItsBeginningLeavesNothing) {
  // Owner, first journal, its mark, first checkpoint.
  for (int first = 0; first < 4; ++first) {
    FailingFiles files({.kind = FileCall::write, .first = first, .count = kForEver, .error = ENOSPC});

    EXPECT_THROW(StudyStore::create(path_, rich_definition(), {.files = &files}), std::runtime_error);

    EXPECT_TRUE(std::filesystem::is_empty(folder_)) << "write " << first;
  }
}

TEST_F(OddDisks, AFailedCheckpointIsSaidOnceAndTheOldOneStays) {
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

// Journals cannot be removed.
class StickyJournals : public WatchedFiles {
 public:
  int remove(const std::filesystem::path& path) override {
    return path.string().find(".journal.") == std::string::npos ? WatchedFiles::remove(path) : -EPERM;
  }

 protected:
  std::optional<int> instead_of(FileCall) override { return std::nullopt; }
};

TEST_F(OddDisks, AContainedJournalThatCannotBeRemovedIsSaidOnceAndStays) {
  StickyJournals files;
  auto store = StudyStore::create(path_, rich_definition(), {.files = &files});
  store->record(epoch_started(1));
  for (int checkpoint = 0; checkpoint < 2; ++checkpoint) {
    store->wait_until_synced();
    store->start_checkpoint();
    while (store->checkpoint_running()) std::this_thread::yield();
    EXPECT_NO_THROW(store->commit());
  }
  EXPECT_NO_THROW(store->finish());

  EXPECT_THAT(store->remarks(),
              testing::ElementsAre(HasSubstr("cannot remove " + (folder_ / "study.h5.journal.1").string())));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "study.h5.journal.1"));
  EXPECT_EQ(load().log.end(), Sequence{2});
}

// Sanitizers end a program that asks for so much.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// Has no memory for what it should read.
class HugeFiles : public WatchedFiles {
 public:
  int facts_of_open(int file, FileFacts& facts) override {
    const int result = WatchedFiles::facts_of_open(file, facts);
    facts.size_bytes = std::uint64_t{1} << 60;
    return result;
  }

 protected:
  std::optional<int> instead_of(FileCall) override { return std::nullopt; }
};

TEST_F(OddDisks, AFileLargerThanTheMemoryIsNamed) {
  std::ofstream(folder_ / "large") << "x";
  HugeFiles files;

  try {
    read_file(files, folder_ / "large");
    FAIL() << "read";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr((folder_ / "large").string() + " has 1152921504606846976 bytes"));
  }
}
#endif

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

TEST_F(OddDisks, LeavingDoesNotWaitForAStuckDisk) {
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

TEST_F(OddDisks, AKilledManagerLosesNothingAcknowledged) {
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
  ::close(acknowledged_pipe[1]);
  std::uint64_t acknowledged = 0;
  while (acknowledged < 500)
    ASSERT_EQ(::read(acknowledged_pipe[0], &acknowledged, sizeof acknowledged),
              static_cast<ssize_t>(sizeof acknowledged));

  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(acknowledged_pipe[0]);
  const auto store = StudyStore::open(path_, MissingJournal::refuse);

  EXPECT_GE(store->study().finished().size(), acknowledged / 5 - 1);
  EXPECT_THAT(store->remarks(), testing::Contains(HasSubstr("which is gone; taken over")));
  for (const auto trial : store->study().finished())
    EXPECT_EQ(store->study().values(trial)[0], static_cast<double>(trial.value));
}

}  // namespace
}  // namespace tuner
