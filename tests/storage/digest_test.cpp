#include "storage/digest.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "core/error.h"

namespace tuner {
namespace {

// FIPS 180-2, appendix B.1.
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Sha256, OfAbcIsTheStandardsExample) {
  EXPECT_EQ(sha256_of_text("abc"), kAbc);
}

TEST(Sha256, OfAFileIsThatOfItsBytes) {
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "tuner_digest_test.txt";
  std::ofstream(file) << "abc";

  EXPECT_EQ(sha256_of_file(file), kAbc);

  std::filesystem::remove(file);
}

TEST(Sha256, OfWhatHasNoEndIsRefused) {
  const std::filesystem::path pipe = std::filesystem::path(testing::TempDir()) / "tuner_digest_test.pipe";
  std::filesystem::remove(pipe);
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);

  EXPECT_THROW(sha256_of_file(pipe), UserError);
  EXPECT_THROW(sha256_of_file("/dev/zero"), UserError);

  std::filesystem::remove(pipe);
}

TEST(Sha256, OfAFileThatIsNotThereIsTheUsersMistake) {
  EXPECT_THROW(sha256_of_file("/there/is/no/such/file"), UserError);
}

}  // namespace
}  // namespace tuner
