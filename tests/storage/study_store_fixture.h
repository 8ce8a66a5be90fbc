// A store in a folder of its own, with trials to record.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "storage/load.h"
#include "storage/study_store.h"
#include "tests/storage/study_fixture.h"

namespace tuner::test {

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

}  // namespace tuner::test
