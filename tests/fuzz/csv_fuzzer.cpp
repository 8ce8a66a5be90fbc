// A table that somebody hands to the xgb objective has whole rows or is the user's mistake.
#include <sstream>

#include "plugins/objectives/xgb/table.h"
#include "tests/fuzz/fuzzer.h"
#include "tuner/plugin.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    std::istringstream in{std::string(tuner::fuzz::text(data, size))};
    const auto table = tuner::xgb::read_table(in, "table.csv", {});
    for (const auto& column : table.columns)
      tuner::fuzz::require(column.values.size() == table.rows(), "each column has a value for each row");
  } catch (const tuner::plugin::UserMistake&) {
    return 0;
  }
  return 0;
}
