// The smallest objective: a bowl with its lowest point at x = 0.3, y = 1.
#include <tuner/objective.h>
using namespace tuner::plugin;

struct Bowl {
  static ObjectiveDescription describe() { return {.name = "bowl"}; }
  static std::string space(const Options&) {
    return R"({"parameters": [{"name": "x", "type": "float", "low": -1, "high": 1},
                              {"name": "y", "type": "float", "low": 0.01, "high": 100, "log": true}]})";
  }
  Bowl(const Space&, const Options&) {}  // load the data here, once
  Result evaluate(const Trial& trial) {
    return std::pow(trial.real("x") - 0.3, 2) + std::pow(std::log(trial.real("y")), 2);
  }
};

TUNER_OBJECTIVE(Bowl)
