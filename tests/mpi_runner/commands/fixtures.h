// The plugin that tests of commands ask: plugin_host/fixtures/misbehaving_objective.cpp.
#pragma once

#include <string>

namespace tuner {

inline const std::string kMisbehaving = TUNER_FIXTURES "/misbehaving_objective.so";

}  // namespace tuner
