// Configurations as people write and read them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/search_space.h"

namespace tuner {

// One value as JSON: 0.1, 6, "gbtree", true; null where inactive.
std::string value_to_json(const Parameter& parameter, double value);

// {"eta": 0.1, "max_depth": 6}: the active parameters. Reading it back gives the same doubles.
std::string configuration_to_json(const SearchSpace& space, std::span<const double> configuration);

// From a JSON object of active parameters. Missing ones take their defaults. Throws UserError that names `source`.
std::vector<double> configuration_from_json(const SearchSpace& space, std::string_view json, std::string_view source);

// From "eta=0.1,max_depth=6,booster=dart". Missing ones take their defaults. Throws UserError.
std::vector<double> configuration_from_text(const SearchSpace& space, std::string_view text);

// One value as typed: 0.1, 6, dart, "a,b" (JSON, where quotation marks are needed). Ranges are not checked. Throws
// UserError.
double value_from_text(const Parameter& parameter, std::string_view text);

// At the commas that stand outside of quotation marks.
std::vector<std::string_view> split_at_commas(std::string_view text);

// "booster = "dart" and max_depth >= 11".
std::string conjunction_text(const SearchSpace& space, const std::vector<Condition>& conditions);

}  // namespace tuner
