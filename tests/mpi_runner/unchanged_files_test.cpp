#include "mpi_runner/unchanged_files.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/error.h"
#include "storage/digest.h"

namespace tuner {
namespace {

class FilesOfAStudy : public ::testing::Test {
 protected:
  FilesOfAStudy() { hold("x,y\n1,2\n"); }
  ~FilesOfAStudy() override { std::filesystem::remove(data_); }

  void hold(const std::string& text) { std::ofstream(data_) << text; }
  void touch() { std::filesystem::last_write_time(data_, std::filesystem::file_time_type::clock::now()); }
  UnchangedFiles watched() { return UnchangedFiles({{data_, sha256_of_file(data_)}, {"/no/such.csv", "00"}}); }

  std::filesystem::path data_ =
      std::filesystem::path(::testing::TempDir()) / ("unchanged_files_" + std::to_string(getpid()) + ".csv");
};

TEST_F(FilesOfAStudy, MayBeTouched) {
  UnchangedFiles files = watched();
  touch();
  EXPECT_NO_THROW(files.require());
}

TEST_F(FilesOfAStudy, AreNamedOnceTheyHoldSomethingElse) {
  UnchangedFiles files = watched();
  hold("x,y\n2,1\n3,4\n");
  EXPECT_THAT([&] { files.require(); },
              ::testing::ThrowsMessage<UserError>(::testing::HasSubstr(data_.string() + " has been changed")));
}

TEST_F(FilesOfAStudy, AreNamedOnceTheyAreGone) {
  UnchangedFiles files = watched();
  std::filesystem::remove(data_);
  EXPECT_THAT([&] { files.require(); }, ::testing::ThrowsMessage<UserError>(::testing::HasSubstr("has been removed")));
}

}  // namespace
}  // namespace tuner
