#include "plugins/objectives/xgb/table.h"

#include <gmock/gmock.h>

#include <cmath>

#include "tests/plugins/objectives/xgb/scratch_folder.h"
#include "tuner/plugin.h"

namespace tuner::xgb {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsNan;

class TableFile : public ::testing::Test {
 protected:
  Table read(std::string_view text, const std::vector<std::string>& categorical = {}) {
    return read_table(folder_.write("t.csv", text), categorical);
  }
  std::string mistake(std::string_view text, const std::vector<std::string>& categorical = {}) {
    try {
      read(text, categorical);
    } catch (const plugin::UserMistake& mistake) {
      return mistake.what();
    }
    return "";
  }

  tuner::testing::ScratchFolder folder_;
};

TEST_F(TableFile, KeepsNumbersOfEverySpelling) {
  const Table table = read("x\n1\n-2.5\n+3\n1e-3\n\"4\"\n");

  EXPECT_EQ(table.columns[0].kind, ColumnKind::numeric);
  EXPECT_THAT(table.columns[0].values, ElementsAre(1, -2.5, 3, 1e-3, 4));
  EXPECT_THAT(table.lines, ElementsAre(2U, 3U, 4U, 5U, 6U));
}

TEST_F(TableFile, TakesTheUsualMarkersForMissing) {
  const Table table = read("x,y\n1,a\n,?\nNA,NA\nNaN,nan\n?,\n");

  EXPECT_THAT(table.columns[0].values, ElementsAre(1, IsNan(), IsNan(), IsNan(), IsNan()));
  EXPECT_THAT(table.columns[1].values, ElementsAre(0, IsNan(), IsNan(), IsNan(), IsNan()));
}

TEST_F(TableFile, TakesAColumnOfTextForCategoriesInSortedOrder) {
  const Table table = read("city\nParis\nBonn\nParis\nRome\n");

  EXPECT_EQ(table.columns[0].kind, ColumnKind::categorical);
  EXPECT_THAT(table.columns[0].categories, ElementsAre("Bonn", "Paris", "Rome"));
  EXPECT_THAT(table.columns[0].values, ElementsAre(1, 0, 1, 2));
}

TEST_F(TableFile, TakesDeclaredNumbersForCategories) {
  const Table table = read("zip\n53113\n10115\nnone\n", {"zip"});

  EXPECT_EQ(table.columns[0].kind, ColumnKind::categorical);
  EXPECT_THAT(table.columns[0].categories, ElementsAre("10115", "53113", "none"));
}

TEST_F(TableFile, TakesAColumnWithoutAnyValueForNumeric) {
  EXPECT_EQ(read("x,y\n,1\n,2\n").columns[0].kind, ColumnKind::numeric);
}

TEST_F(TableFile, NamesLineAndColumnOfATextAmongNumbers) {
  EXPECT_THAT(mistake("age,name\n17,a\n,b\nold,c\n"),
              AllOf(HasSubstr("t.csv:4: column 'age' has the text 'old' among numbers ('17' in line 2)"),
                    HasSubstr("--set categorical=age")));
}

TEST_F(TableFile, NamesTheTextEvenWhenItComesFirst) {
  EXPECT_THAT(mistake("age\n-\n17\n"),
              HasSubstr("t.csv:2: column 'age' has the text '-' among numbers ('17' in line 3)"));
}

struct BadTable {
  const char* name;
  const char* text;
  const char* message;
};

class BadTables : public TableFile, public ::testing::WithParamInterface<BadTable> {};

TEST_P(BadTables, AreRefusedWithOneMessage) {
  EXPECT_THAT(mistake(GetParam().text), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadTables,
    ::testing::Values(BadTable{"Empty", "", "t.csv' is empty"}, BadTable{"OnlyBlankLines", "\n \n", "t.csv' is empty"},
                      BadTable{"OnlyAHeader", "a,b\n", "t.csv' has a header but no rows"},
                      BadTable{"ShortLine", "a,b\n1,2\n3\n", "t.csv:3: this line has 1 cells, the header has 2"},
                      BadTable{"LongLine", "a,b\n1,2,3\n", "t.csv:2: this line has 3 cells, the header has 2"},
                      BadTable{"NoHeader", "1,2\n3,4\n", "t.csv:1: the first line holds numbers, not names"},
                      BadTable{"NamelessColumn", ",b\n0,1\n", "t.csv:1: column 1 has no name"},
                      BadTable{"SameNameTwice", "a,b,a\n1,2,3\n", "t.csv:1: the header names column 'a' twice"},
                      BadTable{"Semicolons", "a;b\n1;2\n", "t.csv:1: the columns are not separated by commas"},
                      BadTable{"Infinity", "a\ninf\n", "t.csv:2: column 'a' has the value 'inf'"},
                      BadTable{"BeyondSinglePrecision", "a\n1e39\n", "t.csv:2: column 'a' has the value '1e39'"},
                      BadTable{"BeyondDoublePrecision", "a\n1e999\n", "t.csv:2: column 'a' has the value '1e999'"}),
    [](const auto& each) { return each.param.name; });

TEST_F(TableFile, RefusesADeclaredColumnThatIsNotThere) {
  EXPECT_THAT(mistake("a,b\n1,2\n", {"c"}), EndsWith("Columns are: a, b"));
}

TEST_F(TableFile, SaysWhyAFileCannotBeOpened) {
  EXPECT_THROW(
      {
        try {
          read_table(folder_.file("missing.csv"), {});
        } catch (const plugin::UserMistake& mistake) {
          EXPECT_THAT(mistake.what(), HasSubstr("missing.csv' cannot be opened (No such file or directory)"));
          throw;
        }
      },
      plugin::UserMistake);
  EXPECT_THROW(read_table(folder_.path(), {}), plugin::UserMistake);
}

}  // namespace
}  // namespace tuner::xgb
