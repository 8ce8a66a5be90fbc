// JSON text read with the places that people need when it is wrong.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace tuner {

// To print or compare a JSON value recurses, so a text of a hundred thousand opening brackets would overflow the stack.
// No text of tuner's comes near this depth.
inline constexpr std::size_t kMostNesting = 32;
bool nested_too_deeply(std::string_view json);

// For each key of the top object, the lines on which the objects of its array start. Empty if the text has one line.
using ArrayLines = std::map<std::string, std::vector<std::size_t>>;

// Throws UserError "source:line:column: problem" for text that is not JSON, that has a key twice in one object, or that
// is nested too deeply.
nlohmann::ordered_json parse_with_places(std::string_view text, std::string_view source, ArrayLines& lines);

}  // namespace tuner
