// Text of plugins and study files made safe for people's terminals.
#pragma once

#include <string>
#include <string_view>

namespace tuner {

// As one harmless line: what moves the cursor, changes colours or reverses the reading direction, and whatever is not
// UTF-8, is written as \n, \x1b, \u202e.
std::string escaped(std::string_view text);
// The same with line ends and tabs left as they are.
std::string escaped_lines(std::string_view text);

}  // namespace tuner
