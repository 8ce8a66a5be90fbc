#include "mpi_runner/commands/space_table.h"

#include <gtest/gtest.h>

#include <sstream>

#include "tests/mpi_runner/commands/small_study.h"

namespace tuner {
namespace {

TEST(SpaceTable, SaysWhereParametersLieAndWhenTheyExist) {
  std::ostringstream out;

  table_of(test::small_space()).print(out, 200);

  EXPECT_EQ(out.str(),
            "parameter  type         values         default  when\n"
            "eta        float        0.01 … 1, log  0.3\n"
            "depth      int          1 … 8          4\n"
            "booster    categorical  gbtree, dart   -\n"
            "rate_drop  float        0 … 1          -        booster = \"dart\"\n");
}

}  // namespace
}  // namespace tuner
