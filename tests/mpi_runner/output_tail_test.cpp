#include "mpi_runner/output_tail.h"

#include <gmock/gmock.h>

namespace tuner {
namespace {

using ::testing::EndsWith;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(Printable, KeepsTextAndReplacesWhatSteersATerminal) {
  EXPECT_EQ(printable("Größe: 3 µm\tok\n"), "Größe: 3 µm\tok\n");
  EXPECT_EQ(printable("\x1b[2J\a\x7f"), "?[2J??");
  EXPECT_EQ(printable("10 %\r20 %\r\nend"), "10 %\n20 %\nend");
  EXPECT_EQ(printable("\u009b31m"), "??31m");
}

TEST(Printable, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(printable("\xff\xfe"), "??");
  EXPECT_EQ(printable("\xc3"), "?");
  EXPECT_EQ(printable("\xe2\x82"), "??");
  EXPECT_EQ(printable("\xed\xa0\x80"), "???");  // a surrogate
  EXPECT_EQ(printable("\xc0\xaf"), "??");       // longer than needed
  EXPECT_EQ(printable("\xf0\x9f\x98\x80"), "\xf0\x9f\x98\x80");
}

TEST(OutputTail, ShowsTheLastTwentyLines) {
  OutputTail tail;
  for (int line = 0; line < 100; ++line) tail.append("line " + std::to_string(line) + "\n");

  EXPECT_THAT(tail.last_lines(), StartsWith("line 80\n"));
  EXPECT_THAT(tail.last_lines(), EndsWith("\nline 99"));
}

TEST(OutputTail, ShowsNoMoreThanFourKibibytesHoweverMuchThereWas) {
  OutputTail tail;
  for (int i = 0; i < 1000; ++i) tail.append(std::string(10'000, 'x'));

  EXPECT_THAT(tail.last_lines(), SizeIs(4096));
}

TEST(OutputTail, StaysOutOfMessagesWhereThereIsNone) {
  OutputTail tail;
  EXPECT_EQ(with_output("it failed", tail), "it failed");

  tail.append("why\n");
  EXPECT_EQ(with_output("it failed", tail), "it failed\nlast output:\nwhy");
}

}  // namespace
}  // namespace tuner
