#include "mpi_runner/text_file.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "core/error.h"

namespace tuner {
namespace {

using testing::ThrowsMessage;

TEST(TextFile, IsReadAsItStandsAlsoWhereItIsEmpty) {
  const std::string path = testing::TempDir() + "text_file_test.txt";

  std::ofstream(path) << "";
  EXPECT_EQ(read_text_file(path, "space"), "");
  std::ofstream(path) << "a\r\nb";
  EXPECT_EQ(read_text_file(path, "space"), "a\r\nb");

  std::filesystem::remove(path);
}

TEST(TextFile, IsNamedWithItsOptionWhereItCannotBeRead) {
  EXPECT_THAT([] { read_text_file("/tmp", "space"); },
              ThrowsMessage<UserError>("cannot read the file '/tmp' of --space (Is a directory)."));
  EXPECT_THAT(
      [] { read_text_file("/nowhere/x.json", "config"); },
      ThrowsMessage<UserError>("cannot read the file '/nowhere/x.json' of --config (No such file or directory)."));
}

}  // namespace
}  // namespace tuner
