#include "storage/digest.h"

#include <gtest/gtest.h>

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

TEST(Sha256, OfAFileThatIsNotThereIsTheUsersMistake) {
  EXPECT_THROW(sha256_of_file("/there/is/no/such/file"), UserError);
}

}  // namespace
}  // namespace tuner
