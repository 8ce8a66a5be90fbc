// What a store makes of journals that are missing, damaged, or taken away from it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "core/error.h"
#include "storage/load.h"
#include "storage/verify.h"
#include "tests/storage/study_store_fixture.h"

namespace tuner {
namespace {

using test::StudyStoreTest;
using testing::Contains;
using testing::HasSubstr;

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
  const auto beginning = std::filesystem::file_size(folder_ / "study.h5.journal.1");
  run_trials(*store, 0, 5);
  store.reset();
  std::fstream(folder_ / "study.h5.journal.1", std::ios::in | std::ios::out)
          .seekp(static_cast<std::streamoff>(beginning))
      << "X";

  try {
    open();
    FAIL() << "damage was not noticed";
  } catch (const DamagedStudy& error) {
    EXPECT_THAT(error.what(), HasSubstr("study.h5.journal.1, byte " + std::to_string(beginning)));
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
      store->wait_until_synced();
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

class JournalThatIsTakenAway : public StudyStoreTest {
 protected:
  // Something happens to the journal of a run that has acknowledged three trials and goes on with two more.
  void after(const std::function<void(const std::filesystem::path&)>& taken, const char* said) {
    auto store = create();
    run_trials(*store, 0, 3);
    store->wait_until_synced();
    taken(folder_ / "study.h5.journal.1");

    run_trials(*store, 3, 5);
    store->wait_until_synced();

    EXPECT_THAT(store->remarks(), Contains(HasSubstr((folder_ / "study.h5.journal.1").string() + said)));
    EXPECT_EQ(load().study.finished().size(), 5U) << "all that was acknowledged is in the files";
    run_trials(*store, 5, 6);
    store->wait_until_synced();
    EXPECT_EQ(load().study.finished().size(), 6U);
    store->finish();
    EXPECT_EQ(load().study.finished().size(), 6U);
  }
};

TEST_F(JournalThatIsTakenAway, ByRemovingItIsSaidAndAllIsWrittenAnew) {
  after([](const auto& journal) { std::filesystem::remove(journal); }, " was removed or renamed");
}

TEST_F(JournalThatIsTakenAway, ByRenamingItIsSaidAndAllIsWrittenAnew) {
  after([](const auto& journal) { std::filesystem::rename(journal, journal.string() + ".old"); },
        " was removed or renamed");
}

TEST_F(JournalThatIsTakenAway, ByTruncatingItIsSaidAndAllIsWrittenAnew) {
  after([](const auto& journal) { std::filesystem::resize_file(journal, 100); }, " has ");
}

TEST_F(JournalThatIsTakenAway, ByAnotherFileIsSaidAndAllIsWrittenAnew) {
  after(
      [](const auto& journal) {
        std::filesystem::copy_file(journal, journal.string() + ".copy");
        std::filesystem::rename(journal.string() + ".copy", journal);
      },
      " was replaced by another file");
}

// No result comes in meanwhile: the thread that gives the signs of life looks.
TEST_F(JournalThatIsTakenAway, IsNoticedWhileNothingHappens) {
  auto store = StudyStore::create(path_, rich_definition(), {.owner_refresh_s = 0.01});
  store->record(epoch_started(1));
  run_trials(*store, 0, 3);
  store->wait_until_synced();
  std::string news;
  store->tell_news_to([&](const std::string& text) { news += text; });

  std::filesystem::remove(folder_ / "study.h5.journal.1");
  while (news.empty()) store->commit();

  EXPECT_THAT(news, HasSubstr("was removed or renamed"));
  EXPECT_EQ(load().study.finished().size(), 3U);
}

// Whether opening the study says this; opening what never ends would hang here.

}  // namespace
}  // namespace tuner
