#include "plugins/objectives/xgb/csv.h"

#include <gmock/gmock.h>

#include <sstream>

#include "tuner/plugin.h"

namespace tuner::xgb {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using Cells = std::vector<std::vector<std::string>>;

std::vector<CsvRecord> records_of(const std::string& text) {
  std::istringstream in(text);
  CsvReader reader(in, "t.csv");
  std::vector<CsvRecord> records;
  for (CsvRecord record; reader.next(record);) records.push_back(record);
  return records;
}

struct CsvCase {
  const char* name;
  std::string text;
  Cells cells;
};

class CsvReaderCases : public ::testing::TestWithParam<CsvCase> {};

TEST_P(CsvReaderCases, SplitsIntoCells) {
  Cells cells;
  for (const CsvRecord& record : records_of(GetParam().text)) cells.push_back(record.cells);

  EXPECT_EQ(cells, GetParam().cells);
}

INSTANTIATE_TEST_SUITE_P(
    Csv, CsvReaderCases,
    ::testing::Values(CsvCase{"Plain", "a,b\n1,2\n", {{"a", "b"}, {"1", "2"}}},
                      CsvCase{"NoFinalNewline", "a,b\n1,2", {{"a", "b"}, {"1", "2"}}},
                      CsvCase{"CarriageReturns", "a,b\r\n1,2\r\n", {{"a", "b"}, {"1", "2"}}},
                      CsvCase{"ByteOrderMark",
                              "\xEF\xBB\xBF"
                              "a,b\n",
                              {{"a", "b"}}},
                      CsvCase{"ShorterThanAByteOrderMark", "a", {{"a"}}}, CsvCase{"EmptyCells", ",,\n", {{"", "", ""}}},
                      CsvCase{"BlankLines", "\na\n\n  \nb\n\n", {{"a"}, {"b"}}},
                      CsvCase{"BlanksAroundCells", " a ,\tb\n", {{"a", "b"}}},
                      CsvCase{"QuotedComma", "\"a,b\",c\n", {{"a,b", "c"}}},
                      CsvCase{"QuotedBlanksStay", "\" a \" , \"b\"\n", {{" a ", "b"}}},
                      CsvCase{"DoubledQuote", "\"say \"\"hi\"\"\",\"\"\"\"\n", {{"say \"hi\"", "\""}}},
                      CsvCase{"QuoteInsideUnquotedCell", "5\" disk,b\n", {{"5\" disk", "b"}}},
                      CsvCase{"BackslashIsNoEscape", "C:\\new,b\n", {{"C:\\new", "b"}}},
                      CsvCase{"LineBreakInQuotes", "\"a\r\nb\",c\n", {{"a\nb", "c"}}},
                      CsvCase{"EmptyQuotedCells", "\"\",\"\"\n", {{"", ""}}}, CsvCase{"Nothing", "", {}}),
    [](const auto& each) { return each.param.name; });

TEST(CsvReader, TellsTheLineOnWhichEachRecordBegins) {
  const std::vector<CsvRecord> records = records_of("a,b\n\n\"1\n2\",3\n4,5\n");

  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].line, 1U);
  EXPECT_EQ(records[1].line, 3U);
  EXPECT_EQ(records[2].line, 5U);
}

TEST(CsvReader, RefusesAQuoteThatIsNeverClosed) {
  EXPECT_THAT([] { records_of("a\n\"b\nc\n"); },
              ThrowsMessage<plugin::UserMistake>(HasSubstr("t.csv:2: a quote opens a cell that is never closed")));
}

TEST(CsvReader, RefusesTextBehindAClosingQuote) {
  EXPECT_THAT([] { records_of("a\n\"b\"c\n"); },
              ThrowsMessage<plugin::UserMistake>(HasSubstr("t.csv:2: text follows the closing quote")));
}

TEST(CsvReader, SaysThatATextIsUtf16) {
  EXPECT_THAT(
      [] {
        records_of(
            std::string("\xFF\xFE"
                        "a\0,\0b\0\n\0",
                        10));
      },
      ThrowsMessage<plugin::UserMistake>("t.csv: this is UTF-16 text. Save it as UTF-8"));
}

TEST(CsvReader, NamesTheLineOfANulByteInsteadOfCuttingAMessageOff) {
  EXPECT_THAT([] { records_of(std::string("a,b\n1,\0002\n", 9)); },
              ThrowsMessage<plugin::UserMistake>(HasSubstr("t.csv:2: a NUL byte stands here (UTF-16, or")));
}

TEST(CsvReader, SaysThatLinesEndInCarriageReturnsAlone) {
  EXPECT_THAT([] { records_of("a,b\r1,2\r3,4\r"); },
              ThrowsMessage<plugin::UserMistake>(HasSubstr("t.csv: its lines end in CR alone")));
}

}  // namespace
}  // namespace tuner::xgb
