// The text of a file that a user names.
#pragma once

#include <string>
#include <string_view>

namespace tuner {

// Throws UserError that names the file and the option ("cannot read the file 'x' of --space (Is a directory).").
std::string read_text_file(const std::string& path, std::string_view option);

}  // namespace tuner
