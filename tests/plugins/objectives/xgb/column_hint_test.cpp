#include "plugins/objectives/xgb/column_hint.h"

#include <gmock/gmock.h>

namespace tuner::xgb {
namespace {

using ::testing::EndsWith;
using ::testing::StartsWith;

Table table_of(const std::vector<std::string>& names) {
  Table table;
  for (const std::string& name : names) table.columns.push_back({name, ColumnKind::numeric, {}, {}});
  return table;
}

TEST(ColumnHint, AsksForTheNearestName) {
  const Table table = table_of({"radius", "texture", "diagnosis"});

  EXPECT_EQ(column_hint(table, "diagnosi"), " Did you mean 'diagnosis'? Columns are: radius, texture, diagnosis");
  EXPECT_THAT(column_hint(table, "Radius"), StartsWith(" Did you mean 'radius'?"));
  EXPECT_THAT(column_hint(table, "textrue"), StartsWith(" Did you mean 'texture'?"));
}

TEST(ColumnHint, AsksForNothingWhereNoNameIsNear) {
  EXPECT_EQ(column_hint(table_of({"radius"}), "price"), " Columns are: radius");
  EXPECT_EQ(column_hint(table_of({"radius"}), ""), " Columns are: radius");
}

TEST(ColumnHint, ShortensALongList) {
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) names.push_back("c" + std::to_string(i));

  const std::string hint = column_hint(table_of(names), "");

  EXPECT_THAT(hint, StartsWith(" Columns are: c0, c1, "));
  EXPECT_THAT(hint, EndsWith("c18, … c99 (100 columns)"));
}

}  // namespace
}  // namespace tuner::xgb
