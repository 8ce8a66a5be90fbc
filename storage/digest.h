// SHA-256 digests as 64 hexadecimal digits: what identifies plugins and input data.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace tuner {

std::string sha256_of_text(std::string_view text);

// Throws UserError where the file cannot be read.
std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace tuner
