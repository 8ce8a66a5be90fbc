// JSON text read with the places that people need when it is wrong.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace tuner {

// For each key of the top object, the lines on which the objects of its array start. Empty if the text has one line.
using ArrayLines = std::map<std::string, std::vector<std::size_t>>;

// Throws UserError "source:line:column: problem" for text that is not JSON, or that has a key twice in one object.
nlohmann::ordered_json parse_with_places(std::string_view text, std::string_view source, ArrayLines& lines);

}  // namespace tuner
