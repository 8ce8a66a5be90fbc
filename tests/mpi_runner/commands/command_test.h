// For tests of commands: a folder of its own, a study in it, and a command that is run on it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "core/error.h"
#include "mpi_runner/commands/command.h"
#include "storage/study_store.h"
#include "tests/mpi_runner/commands/small_study.h"

namespace tuner::test {

class CommandTest : public ::testing::Test {
 protected:
  CommandTest() {
    std::string pattern = ::testing::TempDir() + "tuner_command_XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  ~CommandTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder() const { return folder_; }
  std::string study_file() const { return folder_ / "study.h5"; }

  // The study of these events, as a run that says goodbye leaves it.
  void write(const StudyEvents& events) { recorded(events)->finish(); }
  // As a run that is still going on shows it.
  std::unique_ptr<StudyStore> recorded(const StudyEvents& events) {
    auto store = StudyStore::create(study_file(), events.study().definition());
    for (std::size_t i = 1; i < events.log().size(); ++i) store->record(events.log()[i]);
    store->commit();
    return store;
  }

  // The command's output; its exit code is in code().
  std::string run(const std::string& command, const std::vector<std::string>& arguments) {
    std::ostringstream out;
    code_ = find_command(command)->run({*find_command(command), arguments, out, width});
    return out.str();
  }
  std::string refusal(const std::string& command, const std::vector<std::string>& arguments) {
    try {
      return "accepted: " + run(command, arguments);
    } catch (const UserError& error) {
      return error.what();
    }
  }
  int code() const { return code_; }

  std::size_t width = 200;

 private:
  std::filesystem::path folder_;
  int code_ = -1;
};

}  // namespace tuner::test
