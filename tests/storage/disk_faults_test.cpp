// Whatever the disk does, no acknowledged event is missing afterwards and none is there that did not happen.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "storage/journal_reader.h"
#include "storage/load.h"
#include "storage/repair.h"
#include "storage/study_store.h"
#include "tests/storage/faulty_disk_test.h"

namespace tuner {
namespace {

using test::DiskFaults;
using test::expect_beginning;
using test::small_study;

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
    std::fstream(journal, std::ios::in | std::ios::out).seekp(events[15].data() - whole.data()) << "X";
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

}  // namespace
}  // namespace tuner
