// A small study on a disk that fails at each of its calls in turn, or loses its power at each change.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "storage/event_codec.h"
#include "storage/load.h"
#include "storage/study_store.h"
#include "tests/storage/disks.h"
#include "tests/storage/study_fixture.h"

namespace tuner::test {

inline Bytes bytes_of(const Event& event) {
  Bytes bytes;
  encode(event, bytes);
  return bytes;
}

// Everything that happens in these tests, in order.
inline std::vector<Event> small_study() {
  std::vector<Event> events = {epoch_started(1)};
  for (std::uint64_t trial = 0; trial < 6; ++trial)
    for (auto& event : life_of_trial(trial)) events.push_back(std::move(event));
  return events;
}

// The log is the definition and then a beginning of small_study().
inline void expect_beginning(const LoadedStudy& loaded, Sequence acknowledged) {
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

}  // namespace tuner::test
