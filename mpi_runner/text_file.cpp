#include "mpi_runner/text_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/error.h"

namespace tuner {

std::string read_text_file(const std::string& path, std::string_view option) {
  const auto refuse = [&](int error) {
    throw UserError(fmt::format("cannot read the file '{}' of --{} ({}).", path, option, std::strerror(error)));
  };
  std::error_code unknown;
  if (std::filesystem::is_directory(path, unknown)) refuse(EISDIR);  // which opens like a file
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) refuse(errno);
  std::ostringstream text;
  text << file.rdbuf();  // fails where there is nothing to read, too
  if (file.bad() || text.bad()) refuse(errno);
  return std::move(text).str();
}

}  // namespace tuner
