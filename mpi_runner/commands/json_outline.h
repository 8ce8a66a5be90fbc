// JSON of plugins for people: what a strategy notes of a suggestion, or says of its model.
#pragma once

#include <iosfwd>
#include <string_view>

namespace tuner {

// One line a value, "length scales" over the lines of its parts, numbers at six digits. What is no JSON object is
// printed as it is. Everything is escaped.
void print_json_outline(std::ostream& out, std::string_view json, int indent);

}  // namespace tuner
