#include "mpi_runner/commands/json_outline.h"

#include <gmock/gmock.h>

#include <sstream>

namespace tuner {
namespace {

std::string outline(std::string_view text) {
  std::ostringstream out;
  print_json_outline(out, text, 2);
  return out.str();
}

TEST(JsonOutline, IsOneLineAValueWithPartsBelow) {
  EXPECT_EQ(outline(R"({"noise_variance": 0.123456789, "length_scales": {"eta": 2}, "kind": "local"})"),
            "  noise_variance             0.123457\n"
            "  length_scales\n"
            "    eta                      2\n"
            "  kind                       local\n");
}

TEST(JsonOutline, NumbersTheObjectsOfAList) {
  EXPECT_EQ(outline(R"({"objectives": [{"a": 1}, {"a": 2}]})"),
            "  objectives 1\n"
            "    a                        1\n"
            "  objectives 2\n"
            "    a                        2\n");
}

TEST(JsonOutline, LetsNothingReachTheTerminalAsItIs) {
  EXPECT_EQ(outline("{\"\\u001b[31m\": \"\\u001b[2J\"}"), "  \\x1b[31m                   \\x1b[2J\n");
  EXPECT_EQ(outline("no\x1b[31m JSON"), "  no\\x1b[31m JSON\n");
}

}  // namespace
}  // namespace tuner
