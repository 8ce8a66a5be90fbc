// An objective that costs nothing, to measure what tuner costs.
#include "tuner/objective.h"

namespace {

using namespace tuner::plugin;

struct Constant {
  static ObjectiveDescription describe() { return {.name = "constant", .summary = "returns at once"}; }
  static std::string space(const Options&) {
    return R"({"parameters": [{"name": "x", "type": "float", "low": 0, "high": 1}]})";
  }
  Constant(const Space&, const Options&) {}
  Result evaluate(const Trial& trial) { return trial.values()[0]; }
};

}  // namespace

TUNER_OBJECTIVE(Constant)
