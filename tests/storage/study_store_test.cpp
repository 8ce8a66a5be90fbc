#include "storage/study_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/error.h"
#include "storage/event_codec.h"
#include "storage/load.h"
#include "storage/verify.h"
#include "tests/storage/study_fixture.h"

namespace tuner {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class StudyStoreTest : public testing::Test {
 protected:
  std::unique_ptr<StudyStore> create() {
    auto store = StudyStore::create(path_, rich_definition());
    store->record(epoch_started(1));
    return store;
  }
  std::unique_ptr<StudyStore> open() { return StudyStore::open(path_, MissingJournal::refuse); }
  LoadedStudy load() { return load_study(path_, MissingJournal::refuse); }

  static void run_trials(StudyStore& store, std::uint64_t from, std::uint64_t to) {
    for (auto trial = from; trial < to; ++trial) {
      for (const auto& event : life_of_trial(trial)) store.record(event);
      store.commit();
    }
  }
  static void wait_for_checkpoint(const StudyStore& store) {
    while (store.checkpoint_running()) std::this_thread::yield();
  }
  static std::vector<std::string> log_of(const EventLog& log) {
    std::vector<std::string> events;
    for_each_event(log.snapshot(), [&](Sequence, std::span<const std::byte> event) {
      events.emplace_back(reinterpret_cast<const char*>(event.data()), event.size());
    });
    return events;
  }
  static std::string slurp(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "study.h5";
};

TEST_F(StudyStoreTest, TheFileOfANewStudyExistsAtOnce) {
  const auto store = create();

  EXPECT_THAT(files(), testing::ElementsAre("study.h5", "study.h5.journal.1", "study.h5.owner"));
  EXPECT_EQ(load().study.definition().study_id, rich_definition().study_id);
}

TEST_F(StudyStoreTest, WhatWasCommittedIsThereWhenOpenedAgain) {
  auto store = create();
  run_trials(*store, 0, 20);
  store.reset();

  const auto again = open();

  EXPECT_EQ(again->study().trial_count(), 20U);
  EXPECT_EQ(again->study().finished().size(), 20U);
  EXPECT_EQ(again->study().values({7})[0], 7);
  EXPECT_THAT(again->remarks(), IsEmpty());
}

TEST_F(StudyStoreTest, WhatWasOnlyRecordedIsNot) {
  auto store = create();
  run_trials(*store, 0, 2);
  store->record(asked(2));
  store.reset();

  EXPECT_EQ(open()->study().next_ask(), AskNumber{2});
}

TEST_F(StudyStoreTest, AnEventThatContradictsTheStudyIsNotRecorded) {
  auto store = create();
  run_trials(*store, 0, 1);

  EXPECT_THROW(store->record(attempt_ended(5)), DamagedStudy);
  run_trials(*store, 1, 2);
  store.reset();

  EXPECT_EQ(open()->study().trial_count(), 2U);
}

TEST_F(StudyStoreTest, EverythingCommittedIsAcknowledgedInTheEnd) {
  auto store = create();
  run_trials(*store, 0, 5);
  const auto last = store->record(epoch_ended());

  store->commit();
  store->wait_until_synced();

  EXPECT_EQ(store->acknowledged(), Sequence{last.value + 1});
}

TEST_F(StudyStoreTest, AFinishedStudyIsOneFile) {
  auto store = create();
  run_trials(*store, 0, 5);

  store->finish();

  EXPECT_THAT(files(), testing::ElementsAre("study.h5"));
  const auto loaded = load();
  EXPECT_EQ(loaded.facts.end, StudyEnd::clean);
  EXPECT_EQ(loaded.study.finished().size(), 5U);
}

TEST_F(StudyStoreTest, AStudyThatWasLeftGoesOnFromItsJournals) {
  auto store = create();
  run_trials(*store, 0, 5);

  store->leave();

  EXPECT_THAT(files(), testing::ElementsAre("study.h5", "study.h5.journal.1"));
  EXPECT_EQ(open()->study().finished().size(), 5U);
}

TEST_F(StudyStoreTest, ACheckpointTakesOverWhatTheJournalsHeld) {
  auto store = create();
  run_trials(*store, 0, 5);

  store->start_checkpoint();
  run_trials(*store, 5, 10);
  wait_for_checkpoint(*store);
  store->commit();

  EXPECT_THAT(files(), testing::ElementsAre("study.h5", "study.h5.journal.2", "study.h5.owner"));
  EXPECT_EQ(load().study.finished().size(), 10U);
  store.reset();
  EXPECT_EQ(open()->study().finished().size(), 10U);
}

TEST_F(StudyStoreTest, RecordingGoesOnDuringManyCheckpoints) {
  auto store = create();
  for (std::uint64_t trial = 0; trial < 300; ++trial) {
    run_trials(*store, trial, trial + 1);
    if (trial % 10 == 0 && !store->checkpoint_running()) store->start_checkpoint();
    if (trial % 25 != 0) continue;
    EXPECT_EQ(load().study.finished().size(), trial + 1);
  }
  store.reset();

  EXPECT_EQ(open()->study().finished().size(), 300U);
}

TEST_F(StudyStoreTest, TheLogIsTheSameHoweverOftenItWasInterrupted) {
  create().reset();
  for (std::uint64_t round = 0; round < 6; ++round) {
    auto store = open();
    run_trials(*store, 4 * round, 4 * round + 2);
    if (round % 2 == 0) store->start_checkpoint();
    run_trials(*store, 4 * round + 2, 4 * round + 4);
    if (round == 3) store->finish();
  }
  const auto interrupted = load();

  path_ = folder_ / "undisturbed.h5";
  auto undisturbed = StudyStore::create(path_, rich_definition());
  run_trials(*undisturbed, 0, 24);
  EXPECT_EQ(log_of(interrupted.log), log_of(load().log));
}

TEST_F(StudyStoreTest, ACheckpointIsDueAfterItsIntervalAndWhenThereIsSomethingNew) {
  const auto store = create();

  EXPECT_FALSE(store->checkpoint_due(seconds_now()));
  EXPECT_TRUE(store->checkpoint_due(seconds_now() + 61));
  store->commit();
  store->start_checkpoint();
  wait_for_checkpoint(*store);
  EXPECT_FALSE(store->checkpoint_due(seconds_now() + 1000));
}

TEST_F(StudyStoreTest, AStudyThatWasOpenedIsDueAtOnce) {
  create()->finish();

  const auto store = open();

  EXPECT_TRUE(store->checkpoint_due(seconds_now()));
}

TEST_F(StudyStoreTest, OnlyOneStoreMayHaveAStudy) {
  const auto store = create();

  try {
    open();
    FAIL() << "two stores have the study";
  } catch (const Interrupted& error) {
    EXPECT_THAT(error.what(), HasSubstr("is being written by host"));
  }
}

TEST_F(StudyStoreTest, AnExistingFileIsNotMadeAnew) {
  create()->finish();

  EXPECT_THROW(create(), UserError);
}

TEST_F(StudyStoreTest, AStudyThatIsNotThereIsTheUsersMistake) {
  EXPECT_THROW(open(), UserError);
  EXPECT_THROW(load(), UserError);
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(StudyStoreTest, AMissingJournalIsRefusedUntilTheLossIsAccepted) {
  auto store = create();
  run_trials(*store, 0, 5);
  store.reset();
  std::filesystem::remove(folder_ / "study.h5.journal.1");

  EXPECT_THROW(open(), DamagedStudy);
  auto accepted = StudyStore::open(path_, MissingJournal::accept_loss);

  EXPECT_EQ(accepted->study().trial_count(), 0U);
  EXPECT_THAT(accepted->remarks(), Contains(HasSubstr("study.h5.journal.1 is missing")));
  accepted.reset();
  EXPECT_NO_THROW(open()) << "once is enough";
}

TEST_F(StudyStoreTest, AJournalThatIsMissingInTheMiddleIsFound) {
  auto store = create();
  run_trials(*store, 0, 5);
  store->wait_until_synced();
  store.reset();
  store = open();
  run_trials(*store, 5, 10);
  store.reset();
  std::filesystem::rename(folder_ / "study.h5.journal.1", folder_ / "elsewhere");
  std::ofstream(folder_ / "study.h5.journal.1").close();

  EXPECT_THROW(open(), DamagedStudy);
  EXPECT_EQ(StudyStore::open(path_, MissingJournal::accept_loss)->study().trial_count(), 0U);
  EXPECT_NO_THROW(open()) << "once is enough";
  EXPECT_THAT(files(), Contains("study.h5.journal.2.lost"));
}

TEST_F(StudyStoreTest, ATornTailIsIgnoredAndSaid) {
  auto store = create();
  run_trials(*store, 0, 5);
  store.reset();
  std::ofstream(folder_ / "study.h5.journal.1", std::ios::app) << "EVNT and then the machine was switched off";

  store = open();

  EXPECT_EQ(store->study().finished().size(), 5U);
  EXPECT_THAT(store->remarks(),
              testing::ElementsAre(HasSubstr("study.h5.journal.1 ends with 42 bytes of an unfinished record")));
}

TEST_F(StudyStoreTest, DamageInTheMiddleIsRefusedWithItsPlaceAndWhatToDo) {
  auto store = create();
  run_trials(*store, 0, 5);
  store.reset();
  std::fstream(folder_ / "study.h5.journal.1", std::ios::in | std::ios::out).seekp(110) << "X";

  try {
    open();
    FAIL() << "damage was not noticed";
  } catch (const DamagedStudy& error) {
    EXPECT_THAT(error.what(), HasSubstr("study.h5.journal.1, byte 104"));
    EXPECT_THAT(error.what(), HasSubstr("--accept-loss"));
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "study.h5.owner"));
}

TEST_F(StudyStoreTest, ADamagedJournalThatIsAcceptedIsKeptAsideAndGivesWhatStandsBeforeTheDamage) {
  auto store = create();
  run_trials(*store, 0, 5);
  const auto whole_bytes = std::filesystem::file_size(folder_ / "study.h5.journal.1");
  run_trials(*store, 5, 9);
  store.reset();
  const auto journal = folder_ / "study.h5.journal.1";
  std::fstream(journal, std::ios::in | std::ios::out).seekp(static_cast<std::streamoff>(whole_bytes) + 30) << "X";
  const auto damaged = slurp(journal);

  EXPECT_THAT([&] { open(); },
              testing::ThrowsMessage<DamagedStudy>(
                  testing::AllOf(HasSubstr("goes on with 5 finished trials"), HasSubstr("loses at least 4 results"))));
  store = StudyStore::open(path_, MissingJournal::accept_loss);

  EXPECT_EQ(store->study().finished().size(), 5U);
  EXPECT_THAT(store->remarks(),
              Contains(testing::AllOf(HasSubstr("gone on with 5 finished trials"), HasSubstr("at least 4 results"),
                                      HasSubstr("(kept as study.h5.journal.1.lost)"))));
  EXPECT_EQ(slurp(folder_ / "study.h5.journal.1.lost"), damaged);
  run_trials(*store, 5, 6);
  store.reset();
  EXPECT_EQ(open()->study().finished().size(), 6U) << "once is enough";
}

TEST_F(StudyStoreTest, AJournalWithADamagedHeaderIsLostToTheCheckpoint) {
  auto store = create();
  run_trials(*store, 0, 3);
  store->start_checkpoint();
  run_trials(*store, 3, 5);
  wait_for_checkpoint(*store);
  store.reset();
  std::fstream(folder_ / "study.h5.journal.2", std::ios::in | std::ios::out).seekp(20) << "X";

  EXPECT_THROW(open(), DamagedStudy);
  store = StudyStore::open(path_, MissingJournal::accept_loss);

  EXPECT_EQ(store->study().finished().size(), 3U);
  EXPECT_THAT(store->remarks(), Contains(HasSubstr("Lost: at least 2 results (kept as study.h5.journal.2.lost)")));
}

TEST_F(StudyStoreTest, TheJournalThatACheckpointNamesCannotBeEmpty) {
  for (const bool after_a_checkpoint : {false, true})
    for (const std::uintmax_t size : {0, 40}) {
      std::filesystem::remove_all(folder_.path());
      std::filesystem::create_directory(folder_.path());
      auto store = create();
      if (after_a_checkpoint) {
        store->commit();
        store->start_checkpoint();
        wait_for_checkpoint(*store);
      }
      run_trials(*store, 0, 5);
      store->leave();
      std::filesystem::resize_file(folder_ / (after_a_checkpoint ? "study.h5.journal.2" : "study.h5.journal.1"), size);

      EXPECT_THAT([&] { open(); }, testing::ThrowsMessage<DamagedStudy>(HasSubstr("the file ends here")));
      EXPECT_EQ(verify_study(path_).verdict, Verdict::damaged);
    }
}

TEST_F(StudyStoreTest, AJournalThatNoCheckpointNamesMayHaveBeenInterruptedWhileItWasMade) {
  create()->finish();
  std::ofstream(folder_ / "study.h5.journal.2").close();

  EXPECT_THAT(open()->remarks(), Contains(HasSubstr("was interrupted while it was being made")));
}

TEST_F(StudyStoreTest, AJournalOfAnotherStudyOrNumberIsRefused) {
  auto store = create();
  run_trials(*store, 0, 5);
  store.reset();
  std::filesystem::copy(folder_ / "study.h5.journal.1", folder_ / "study.h5.journal.2");
  EXPECT_THROW(open(), DamagedStudy);
  std::filesystem::remove(folder_ / "study.h5.journal.2");

  auto definition = rich_definition();
  definition.study_id.front() = 'f';
  StudyStore::create(folder_ / "other.h5", definition)->leave();
  std::filesystem::rename(folder_ / "other.h5.journal.1", folder_ / "study.h5.journal.2");
  EXPECT_THROW(open(), DamagedStudy);
}

TEST_F(StudyStoreTest, AStoreThatWasPausedAndReplacedWritesNothingThatCounts) {
  auto paused = create();
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
  auto paused = create();
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

TEST_F(StudyStoreTest, ALinkThatLeadsToItselfIsTheUsersMistake) {
  std::filesystem::create_symlink("study.h5", path_);

  EXPECT_THAT([&] { open(); }, testing::ThrowsMessage<UserError>(HasSubstr("is a symbolic link that leads to itself")));
}

TEST_F(StudyStoreTest, ASymbolicLinkStaysAndTheStudyBehindItIsReplaced) {
  std::filesystem::create_directory(folder_ / "elsewhere");
  std::filesystem::create_symlink("elsewhere/real.h5", path_);

  auto store = create();
  run_trials(*store, 0, 3);
  store->finish();

  EXPECT_TRUE(std::filesystem::is_symlink(path_));
  EXPECT_TRUE(std::filesystem::is_regular_file(folder_ / "elsewhere/real.h5"));
  EXPECT_EQ(load().study.finished().size(), 3U);
}

TEST_F(StudyStoreTest, JournalsOfAStudyThatIsGoneAreNotThrownAway) {
  auto store = create();
  run_trials(*store, 0, 3);
  store.reset();
  std::filesystem::remove(path_);

  EXPECT_THROW(create(), UserError);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "study.h5.journal.1"));
}

TEST_F(StudyStoreTest, AMissingFolderIsTheUsersMistake) {
  path_ = folder_ / "nowhere/study.h5";

  EXPECT_THROW(create(), UserError);
}

}  // namespace
}  // namespace tuner
