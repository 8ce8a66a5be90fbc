#include "mpi_runner/text.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tuner {
namespace {

TEST(Escaping, LeavesTextInAnyLanguageAlone) {
  EXPECT_EQ(escaped("Größe η = 0.1 日本 🙂"), "Größe η = 0.1 日本 🙂");
}

TEST(Escaping, DisarmsTerminalSequences) {
  EXPECT_EQ(escaped("a\x1b[2J\nb\r\t\x7f"), "a\\x1b[2J\\nb\\r\\t\\x7f");
  EXPECT_EQ(escaped(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(escaped("\u009b31m"), "\\u009b31m");
}

TEST(Escaping, DisarmsMarksThatReorderText) {
  EXPECT_EQ(escaped("a\u202eb\u2066c\u2028"), "a\\u202eb\\u2066c\\u2028");
}

TEST(Escaping, ShowsBytesThatAreNotUtf8) {
  EXPECT_EQ(escaped("\xff|\xc3"), "\\xff|\\xc3");
  EXPECT_EQ(escaped("\xc0\x8a"), "\\xc0\\x8a");           // an overlong line end
  EXPECT_EQ(escaped("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate
  EXPECT_EQ(escaped("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
}

TEST(Escaping, KeepsLineEndsWhereAsked) {
  EXPECT_EQ(escaped_lines("a\n\tb\x1b"), "a\n\tb\\x1b");
}

TEST(Shortening, CountsCharactersNotBytes) {
  EXPECT_EQ(display_width("größe"), 5u);
  EXPECT_EQ(shortened("größe", 5), "größe");
  EXPECT_EQ(shortened("größer", 5), "größ…");
  EXPECT_EQ(display_width(shortened("größer", 5)), 5u);
}

TEST(Wrapping, BreaksAtSpacesAndKeepsLongWordsWhole) {
  EXPECT_EQ(wrapped("a few words and a_word_that_is_long here", 2, 12),
            "  a few\n  words and\n  a_word_that_is_long\n  here");
  EXPECT_EQ(wrapped("exactly ten", 0, 11), "exactly ten");
  EXPECT_EQ(wrapped("", 2, 12), "");
}

TEST(Numbers, AreWrittenForPeople) {
  EXPECT_EQ(number_text(0.1234567), "0.123457");
  EXPECT_EQ(number_text(0.1234567, 3), "0.123");
  EXPECT_EQ(number_text(NAN), "-");
  EXPECT_EQ(count_text(7), "7");
  EXPECT_EQ(count_text(1203), "1,203");
  EXPECT_EQ(count_text(12345678), "12,345,678");
  EXPECT_EQ(count_text(1, "trial"), "1 trial");
  EXPECT_EQ(count_text(1000, "trial"), "1,000 trials");
}

TEST(Durations, HaveTheUnitInWhichTheyAreRead) {
  EXPECT_EQ(duration_text(0.0000123), "12 µs");
  EXPECT_EQ(duration_text(0.0123), "12 ms");
  EXPECT_EQ(duration_text(3.44), "3.4 s");
  EXPECT_EQ(duration_text(9.99), "10 s");
  EXPECT_EQ(duration_text(59.6), "1 min 00 s");
  EXPECT_EQ(duration_text(125), "2 min 05 s");
  EXPECT_EQ(duration_text(3 * 3600 + 7 * 60), "3 h 07 min");
  EXPECT_EQ(duration_text(25 * 3600), "1 d 01 h");
  EXPECT_EQ(duration_text(NAN), "-");
}

TEST(Sizes, HaveDecimalUnits) {
  EXPECT_EQ(size_text(999), "999 bytes");
  EXPECT_EQ(size_text(3'400'000), "3.4 MB");
}

}  // namespace
}  // namespace tuner
