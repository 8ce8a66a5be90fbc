// A study file that is damaged or gone: a repair gives what stands before the damage, or in the journals, and says what
// is lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <numeric>

#include "core/error.h"
#include "storage/file.h"
#include "storage/load.h"
#include "storage/repair.h"
#include "storage/study_store.h"
#include "storage/verify.h"
#include "tests/storage/study_fixture.h"

namespace tuner {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr std::uint64_t kTrials = 20;

std::string joined(const std::vector<std::string>& lines) {
  return std::accumulate(lines.begin(), lines.end(), std::string(),
                         [](const std::string& all, const std::string& line) { return all + line + "\n"; });
}

class StudyFileDamage : public testing::Test {
 protected:
  std::unique_ptr<StudyStore> run(std::uint64_t from = 0, std::uint64_t to = kTrials) const {
    auto store =
        from == 0 ? StudyStore::create(path_, rich_definition()) : StudyStore::open(path_, MissingJournal::refuse);
    store->record(epoch_started(from + 1));
    for (auto trial = from; trial < to; ++trial)
      for (const auto& event : life_of_trial(trial)) store->record(event);
    store->wait_until_synced();
    return store;
  }

  static std::string bytes_of(const EventLog& log) {
    std::string all;
    for (const auto& piece : log.snapshot().pieces)
      all.append(reinterpret_cast<const char*>(piece.bytes.get()), piece.size);
    return all;
  }
  std::string log() const { return bytes_of(load_study(path_, MissingJournal::refuse).log); }
  std::string file() const {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put(const std::string& bytes) const { std::ofstream(path_, std::ios::binary) << bytes; }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "study.h5";
};

TEST_F(StudyFileDamage, OneFlippedBitOfTheLogIsPutRight) {
  run()->finish();
  const auto events = log();
  const auto whole = file();
  const auto start = whole.find(events);
  ASSERT_NE(start, std::string::npos);
  for (std::size_t bit = 3; bit < 8 * events.size(); bit += 1709) {
    SCOPED_TRACE(bit);
    auto damaged = whole;
    damaged[start + bit / 8] = static_cast<char>(damaged[start + bit / 8] ^ (1 << bit % 8));
    put(damaged);

    EXPECT_EQ(verify_study(path_).verdict, Verdict::damaged);
    const auto repair = repair_study(path_);

    EXPECT_EQ(log(), events);
    EXPECT_THAT(joined(repair.findings),
                AllOf(HasSubstr("One bit of byte " + std::to_string(bit / 8) + " of /log was wrong and is put right"),
                      HasSubstr("Lost: nothing")));
    EXPECT_EQ(verify_study(path_).verdict, Verdict::whole);
  }
}

TEST_F(StudyFileDamage, AnOverwrittenPieceOfTheLogTakesOnlyWhatStandsFromThereOnAndThatIsCounted) {
  run()->finish();
  const auto events = log();
  const auto whole = file();
  const std::size_t bytes_of_a_trial = events.size() / (kTrials + 1);
  for (const std::uint64_t overwritten_results : {1U, 3U}) {
    const std::size_t size = 5 + (overwritten_results - 1) * bytes_of_a_trial;
    SCOPED_TRACE(size);
    auto damaged = whole;
    damaged.replace(whole.find(events) + events.size() / 2, size, size, 'x');
    put(damaged);

    const auto before = joined(verify_study(path_).findings);
    const auto repair = repair_study(path_);

    const auto repaired = load_study(path_, MissingJournal::refuse);
    const auto left = repaired.log.end().value;
    EXPECT_TRUE(events.starts_with(bytes_of(repaired.log)));
    const auto finished = repaired.study.finished().size();
    EXPECT_GT(finished, kTrials / 3);
    EXPECT_THAT(joined(repair.findings), HasSubstr("/log is damaged at event " + std::to_string(left) + " of 102"));
    const auto least = kTrials - finished - overwritten_results;
    EXPECT_THAT(joined(repair.findings), AnyOf(HasSubstr("Lost: at least " + std::to_string(least) + " results"),
                                               HasSubstr("Lost: at least " + std::to_string(least + 1) + " results")));
    EXPECT_THAT(before, HasSubstr("--repair recovers " + std::to_string(left) + " events"));
  }
}

TEST_F(StudyFileDamage, WhatADamagedStudyFileHeldIsTakenFromAWholeJournal) {
  run()->leave();
  const auto events = log();
  for (const bool is_hdf5 : {true, false}) {
    SCOPED_TRACE(is_hdf5);
    const TemporaryFolder copy;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      std::filesystem::copy(entry.path(), copy / entry.path().filename().string());
    auto damaged = file();
    const auto log_start = damaged.find("study_id", damaged.find("{\"")) - 40;
    damaged.replace(is_hdf5 ? log_start : 0, 30, 30, 'x');
    std::ofstream(copy / "study.h5", std::ios::binary) << damaged;
    EXPECT_THROW(load_study(copy / "study.h5", MissingJournal::refuse), DamagedStudy);

    repair_study(copy / "study.h5");

    EXPECT_EQ(bytes_of(load_study(copy / "study.h5", MissingJournal::refuse).log), events);
  }
}

TEST_F(StudyFileDamage, AStudyFileThatIsGoneIsMadeAnewFromAWholeJournal) {
  run()->leave();
  const auto events = log();
  std::filesystem::remove(path_);

  const auto verification = verify_study(path_);
  EXPECT_EQ(verification.verdict, Verdict::damaged);
  EXPECT_THAT(joined(verification.findings),
              AllOf(HasSubstr("study.h5 is gone"), HasSubstr("--repair recovers 102 events: 20 trials, 20 finished")));
  EXPECT_THAT([&] { load_study(path_, MissingJournal::refuse); }, ThrowsMessage<UserError>(HasSubstr("--repair")));
  repair_study(path_);

  EXPECT_EQ(log(), events);
  EXPECT_EQ(verify_study(path_).verdict, Verdict::whole);
}

TEST_F(StudyFileDamage, JournalsThatDoNotReachBackToTheBeginningAreToldAndAnOldCopyHelps) {
  run(0, 5)->finish();
  const auto old_copy = file();
  run(5)->leave();
  const auto events = log();
  std::filesystem::remove(path_);

  EXPECT_THAT([&] { repair_study(path_); },
              ThrowsMessage<DamagedStudy>(AllOf(HasSubstr("no file holds the beginning of the study"),
                                                HasSubstr("seen: 76 events, 15 results"))));
  EXPECT_EQ(verify_study(path_).verdict, Verdict::damaged);
  put(old_copy);
  repair_study(path_);

  EXPECT_EQ(verify_study(path_).verdict, Verdict::whole);
}

// Whole files of which some bytes were changed, so that a tuner that read them itself ended with a signal.
TEST_F(StudyFileDamage, AFileThatHdf5DoesNotSurviveIsDamagedAndTheProgramGoesOn) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(TUNER_STUDY_FILES)) {
    if (!entry.path().filename().string().starts_with("crash")) continue;
    SCOPED_TRACE(entry.path());
    std::filesystem::copy_file(entry.path(), path_, std::filesystem::copy_options::overwrite_existing);
    ++files;

    EXPECT_EQ(verify_study(path_).verdict, Verdict::damaged);
  }
  EXPECT_GT(files, 3);
}

}  // namespace
}  // namespace tuner
