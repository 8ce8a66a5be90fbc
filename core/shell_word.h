// Text as one word of a shell's command line, whatever characters it holds.
#pragma once

#include <string>
#include <string_view>

namespace tuner {

// As it is where no character means anything to a shell, else in single quotes.
std::string shell_word(std::string_view text);

}  // namespace tuner
