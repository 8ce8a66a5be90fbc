#include "mpi_runner/host_launch.h"

#include <fmt/format.h>

#include "core/error.h"

namespace tuner {
namespace {

constexpr const char* kProgram = "tuner-plugin-host";

}  // namespace

std::filesystem::path find_host_executable() {
  namespace fs = std::filesystem;
  const fs::path bin = fs::read_symlink("/proc/self/exe").parent_path();
  const fs::path beside = bin / kProgram;
  const fs::path installed = (bin / TUNER_LIBEXEC_FROM_BIN / kProgram).lexically_normal();
  for (const fs::path& candidate : {beside, installed}) {
    std::error_code unreadable;
    if (fs::exists(candidate, unreadable)) return candidate;
  }
  throw UserError("the program " + std::string(kProgram) + " is neither " + beside.string() + " nor " +
                  installed.string() + " (plugins run in it). Install tuner as a whole: cmake --install BUILD");
}

std::string named(std::string_view kind, const std::filesystem::path& plugin) {
  return fmt::format("{} '{}' ({})", kind, plugin.stem().string(), plugin.string());
}

}  // namespace tuner
