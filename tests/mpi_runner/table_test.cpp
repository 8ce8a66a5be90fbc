#include "mpi_runner/table.h"

#include <gtest/gtest.h>

#include <sstream>

namespace tuner {
namespace {

constexpr auto kRight = Column::Align::right;

std::string printed(const Table& table, std::size_t width) {
  std::ostringstream out;
  table.print(out, width);
  return out.str();
}

TEST(Table, AlignsItsColumns) {
  Table table({{"trial", kRight}, {"state"}, {"value", kRight}});
  table.add_row({"1", "complete", "0.25"});
  table.add_row({"200", "failed", "-"});

  EXPECT_EQ(printed(table, 80),
            "trial  state     value\n"
            "    1  complete   0.25\n"
            "  200  failed        -\n");
}

TEST(Table, ShortensTextBeforeItDropsColumns) {
  Table table({{"name"}, {"help"}, {"n", kRight}});
  table.add_row({"x", "a long text that nobody needs to read whole", "7"});

  EXPECT_EQ(printed(table, 26),
            "name  help               n\n"
            "x     a long text that…  7\n");
}

TEST(Table, DropsItsLastColumnsAndSaysHowMany) {
  Table table({{"one", kRight}, {"two", kRight}, {"three", kRight}});
  table.add_row({"100000", "200000", "300000"});
  std::ostringstream out;

  EXPECT_EQ(table.print(out, 15), 1u);
  EXPECT_EQ(out.str(),
            "   one     two\n"
            "100000  200000\n");
}

TEST(Table, EscapesItsCells) {
  Table table({{"name"}});
  table.add_row({"evil\x1b[31m\n"});

  EXPECT_EQ(printed(table, 80), "name\nevil\\x1b[31m\\n\n");
}

}  // namespace
}  // namespace tuner
