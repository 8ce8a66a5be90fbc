#include "core/shell_word.h"

#include <gtest/gtest.h>

namespace tuner {
namespace {

TEST(ShellWord, LeavesPlainTextAlone) {
  EXPECT_EQ(shell_word("/a/b-c_1.h5"), "/a/b-c_1.h5");
}

TEST(ShellWord, QuotesWhatAShellWouldRead) {
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("a b"), "'a b'");
  EXPECT_EQ(shell_word("it's"), R"('it'\''s')");
}

}  // namespace
}  // namespace tuner
