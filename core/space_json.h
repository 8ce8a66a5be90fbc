// One JSON value as a parameter's double, shared by everything that reads a space or a configuration.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "core/search_space.h"

namespace tuner {

// Keeps the order of keys, so that a space is written back as its author ordered it.
using Json = nlohmann::ordered_json;

// A number for numeric parameters, the index of a choice, 0 or 1 for a bool. Ranges are not checked. Throws UserError
// without a place (`max_depth = "6" is not a number.`).
double value_from_json(const Parameter& parameter, const Json& value);

// The condition in words: `booster = "dart"`, `layers >= 2`.
std::string condition_text(const Parameter& parameter, const Condition& condition);

}  // namespace tuner
