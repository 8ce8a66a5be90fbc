#include "storage/study_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>

#include "core/error.h"
#include "storage/load.h"
#include "tests/storage/study_store_fixture.h"

namespace tuner {
namespace {

using test::StudyStoreTest;
using testing::HasSubstr;
using testing::IsEmpty;

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// A process that loads the study whenever it is asked, as `tuner status` does beside a run. It begins before the store
// does: what it forks to read has no other threads then, whose locks the sanitizers' allocators would keep for ever.
class ReaderElsewhere {
 public:
  explicit ReaderElsewhere(const std::filesystem::path& study) {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()), 0);
    process_ = ::fork();
    if (process_ == 0) {
      ::close(ends_[0]);
      answer_all(study, ends_[1]);
      ::_exit(0);
    }
    ::close(ends_[1]);
  }
  ~ReaderElsewhere() {
    ::close(ends_[0]);
    ::waitpid(process_, nullptr, 0);
  }
  ReaderElsewhere(const ReaderElsewhere&) = delete;
  ReaderElsewhere& operator=(const ReaderElsewhere&) = delete;

  std::uint64_t finished_trials() {
    std::uint64_t finished = 0;
    EXPECT_EQ(::send(ends_[0], "?", 1, MSG_NOSIGNAL), 1);
    EXPECT_EQ(::read(ends_[0], &finished, sizeof finished), static_cast<ssize_t>(sizeof finished)) << "it failed";
    return finished;
  }

 private:
  static void answer_all(const std::filesystem::path& study, int asker) try {
    for (char question = 0; ::read(asker, &question, 1) == 1;) {
      const std::uint64_t finished = load_study(study, MissingJournal::refuse).study.finished().size();
      if (::write(asker, &finished, sizeof finished) < 0) return;
    }
  } catch (const std::exception& error) {
    ADD_FAILURE() << error.what();
  }

  std::array<int, 2> ends_{};
  pid_t process_ = -1;
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
  ReaderElsewhere reader(path_);
  auto store = create();
  for (std::uint64_t trial = 0; trial < 300; ++trial) {
    run_trials(*store, trial, trial + 1);
    if (trial % 10 == 0 && !store->checkpoint_running()) store->start_checkpoint();
    if (trial % 25 != 0) continue;
    EXPECT_EQ(reader.finished_trials(), trial + 1);
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

TEST_F(StudyStoreTest, AnExistingFileIsNotMadeAnew) {
  create()->finish();

  EXPECT_THROW(create(), UserError);
}

TEST_F(StudyStoreTest, AStudyThatIsNotThereIsTheUsersMistake) {
  EXPECT_THROW(open(), UserError);
  EXPECT_THROW(load(), UserError);
  EXPECT_THAT(files(), IsEmpty());
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
