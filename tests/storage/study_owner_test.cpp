// Who may write a study, and what stands in the place of its files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "core/error.h"
#include "storage/load.h"
#include "storage/owner.h"
#include "tests/storage/study_store_fixture.h"

namespace tuner {
namespace {

using test::StudyStoreTest;
using testing::Contains;
using testing::HasSubstr;

TEST_F(StudyStoreTest, OnlyOneStoreMayHaveAStudy) {
  const auto store = create();

  try {
    open();
    FAIL() << "two stores have the study";
  } catch (const Interrupted& error) {
    EXPECT_THAT(error.what(), HasSubstr("is being written by host"));
  }
}

// Two runs that began at the same moment: neither saw a file when it looked.
TEST_F(StudyStoreTest, AStudyThatIsBeingMadeIsRefusedAsOneThatRuns) {
  const auto store = create();

  EXPECT_THROW(create(), Interrupted);
}

TEST_F(StudyStoreTest, AStoreThatWasPausedAndReplacedWritesNothingThatCounts) {
  auto paused = StudyStore::create(path_, rich_definition(), {.owner_refresh_s = 3600});
  run_trials(*paused, 0, 3);
  paused->wait_until_synced();
  const auto acknowledged = paused->acknowledged();
  const auto owner = folder_ / "study.h5.owner";
  std::filesystem::last_write_time(owner, std::filesystem::last_write_time(owner) - std::chrono::seconds(130));
  auto replacing = open();

  run_trials(*paused, 3, 4);
  EXPECT_THROW(paused->wait_until_synced(), Interrupted);
  EXPECT_THROW(paused->commit(), Interrupted);
  EXPECT_EQ(paused->acknowledged(), acknowledged);
  EXPECT_THROW(paused->start_checkpoint(), Interrupted);
  EXPECT_THROW(paused->start_checkpoint(), Interrupted) << "no journal behind that of the new owner either";
  EXPECT_THROW(paused->finish(), Interrupted);
  paused.reset();
  replacing->record(asked(70));
  replacing->commit();

  const auto loaded = load();
  EXPECT_EQ(loaded.study.finished().size(), 3U);
  EXPECT_EQ(loaded.study.next_ask(), AskNumber{71});
  EXPECT_THAT(loaded.remarks, Contains(HasSubstr("a manager that had been replaced wrote them")));
}

TEST_F(StudyStoreTest, ACheckpointOfAStoreThatWasReplacedDoesNotAppear) {
  auto paused = StudyStore::create(path_, rich_definition(), {.owner_refresh_s = 3600});
  paused->commit();
  paused->wait_until_synced();
  const auto owner = folder_ / "study.h5.owner";
  std::filesystem::last_write_time(owner, std::filesystem::last_write_time(owner) - std::chrono::seconds(130));
  auto replacing = open();
  run_trials(*replacing, 0, 2);

  try {
    paused->start_checkpoint();
    wait_for_checkpoint(*paused);
    paused->commit();
    FAIL() << "a replaced store wrote a checkpoint";
  } catch (const Interrupted&) {
    EXPECT_EQ(load().study.finished().size(), 2U);
  }
}

TEST_F(StudyStoreTest, AStudyThatWasTakenOverForNothingLiesThereAsBefore) {
  for (const bool clean : {true, false}) {
    auto store = create();
    run_trials(*store, 0, 3);
    clean ? store->finish() : store->leave();
    store.reset();
    const auto before = files();

    for (int round = 0; round < 3; ++round) open();
    open()->leave();
    StudyStore::take_over(path_, load());

    EXPECT_EQ(files(), before);
    EXPECT_EQ(open()->study().finished().size(), 3U);
    for (const auto& name : before) std::filesystem::remove(folder_ / name);
  }
}

TEST_F(StudyStoreTest, TakingOverTellsTheLastSignOfLifeOfTheRunThatWasKilled) {
  auto store = create();
  run_trials(*store, 0, 3);
  EXPECT_EQ(store->predecessor_alive_until(), 0);
  store.reset();
  const auto owner = folder_ / "study.h5.owner";
  std::ofstream(owner) << "{}";
  const auto age = [&](const std::filesystem::path& file, std::chrono::seconds time) {
    std::filesystem::last_write_time(file, std::filesystem::last_write_time(file) - time);
  };
  age(folder_ / "study.h5.journal.1", std::chrono::seconds(200));
  age(owner, std::chrono::seconds(130));
  const double touched_s = last_sign_of_life(system_files(), StudyFiles(path_));

  EXPECT_EQ(open()->predecessor_alive_until(), touched_s);
}

TEST_F(StudyStoreTest, LeavingIsASignOfLife) {
  auto store = create();
  run_trials(*store, 0, 3);
  const auto journal = folder_ / "study.h5.journal.1";
  std::filesystem::last_write_time(journal, std::filesystem::last_write_time(journal) - std::chrono::seconds(200));
  const double idle_since_s = 1e-9 * static_cast<double>(facts_of(system_files(), journal)->modified_ns);

  store->leave();

  EXPECT_GT(last_sign_of_life(system_files(), StudyFiles(path_)), idle_since_s + 100);
}

TEST_F(StudyStoreTest, AStudyThatAnotherRunChangedSinceItWasLookedAtIsNotTakenOver) {
  create()->finish();
  LoadedStudy seen = load();
  auto other = open();
  run_trials(*other, 0, 1);
  other->finish();
  other.reset();

  EXPECT_THROW(StudyStore::take_over(path_, std::move(seen)), Interrupted);
  EXPECT_THAT(files(), testing::ElementsAre("study.h5"));
}

TEST_F(StudyStoreTest, APipeOrADeviceInPlaceOfAFileIsRefusedByName) {
  create()->leave();
  const auto expect_refused = [&](const std::filesystem::path& file, const char* what) {
    try {
      StudyStore::open(path_, MissingJournal::refuse);
      FAIL() << "opened";
    } catch (const UserError& error) {
      EXPECT_THAT(error.what(), HasSubstr(file.string() + " is " + what));
    }
    std::filesystem::remove(file);
  };

  const auto owner = folder_ / "study.h5.owner";
  const auto journal = folder_ / "study.h5.journal.2";
  ASSERT_EQ(::mkfifo(owner.c_str(), 0600), 0);
  expect_refused(owner, "a named pipe");
  std::filesystem::create_symlink("/dev/zero", owner);
  expect_refused(owner, "a device");
  ASSERT_EQ(::mkfifo(journal.c_str(), 0600), 0);
  expect_refused(journal, "a named pipe");
  std::filesystem::create_symlink("/dev/zero", journal);
  expect_refused(journal, "a device");
  EXPECT_NO_THROW(StudyStore::open(path_, MissingJournal::refuse));
}

TEST_F(StudyStoreTest, AnOwnerThatIsALinkToNothingIsRefusedByName) {
  create()->leave();
  std::filesystem::create_symlink("nowhere", folder_ / "study.h5.owner");

  try {
    StudyStore::open(path_, MissingJournal::refuse);
    FAIL() << "opened";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("study.h5.owner is a symbolic link to nowhere, which is not there"));
  }
}

}  // namespace
}  // namespace tuner
