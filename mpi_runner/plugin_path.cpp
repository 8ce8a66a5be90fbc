#include "mpi_runner/plugin_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string.hpp>
#include <cstdlib>
#include <set>

#include "core/error.h"
#include "tuner/did_you_mean.h"

namespace tuner {
namespace {

namespace fs = std::filesystem;

constexpr const char* kVariable = "TUNER_PLUGIN_PATH";
constexpr std::string_view kSuffix = ".so";

bool is_file(const fs::path& path) {
  std::error_code unreadable;
  return fs::is_regular_file(path, unreadable);
}

// The build tree has the same layout as an installation, but for the name of the library folder.
std::vector<fs::path> own_directories() {
  const fs::path bin = fs::read_symlink("/proc/self/exe").parent_path();
  std::vector<fs::path> result;
  for (const char* from_bin : {TUNER_PLUGINS_FROM_BIN, "../lib/tuner/plugins"}) {
    const fs::path folder = (bin / from_bin).lexically_normal();
    if (std::find(result.begin(), result.end(), folder) == result.end()) result.push_back(folder);
  }
  return result;
}

fs::path find_file(const fs::path& path) {
  if (is_file(path)) return fs::canonical(path);
  throw UserError(
      fmt::format("there is no plugin '{}' (no such file). Give the path of a shared library, or a name "
                  "without a slash to search for it: tuner plugins",
                  path.string()));
}

[[noreturn]] void refuse_unknown(const std::string& name) {
  std::vector<std::string> known;
  for (const FoundPlugin& plugin : list_plugins()) known.push_back(plugin.name);
  std::vector<std::string> searched;
  for (const fs::path& directory : plugin_directories()) searched.push_back(directory);
  const fs::path here = fs::path(".") / (name + std::string(kSuffix));
  const std::string hint = is_file(here) ? " Did you mean '" + here.string() + "'?" : plugin::did_you_mean(name, known);
  throw UserError(fmt::format("there is no plugin '{}' (searched: {}).{} Set {} to search elsewhere.", name,
                              boost::join(searched, ":"), hint, kVariable));
}

}  // namespace

std::vector<fs::path> plugin_directories() {
  std::vector<fs::path> result;
  if (const char* variable = std::getenv(kVariable); variable != nullptr) {
    std::vector<std::string> folders;
    boost::split(folders, variable, boost::is_any_of(":"));
    for (const std::string& folder : folders)
      if (!folder.empty()) result.push_back(fs::absolute(folder).lexically_normal());
  }
  for (fs::path& folder : own_directories()) result.push_back(std::move(folder));
  return result;
}

fs::path find_plugin(std::string_view name_or_path) {
  if (name_or_path.find('/') != std::string_view::npos) return find_file(name_or_path);
  std::string name(name_or_path);
  if (name.ends_with(kSuffix)) name.resize(name.size() - kSuffix.size());
  if (auto found = find_named_plugin(name)) return *std::move(found);
  refuse_unknown(name);
}

std::optional<fs::path> find_named_plugin(std::string_view name) {
  if (name.empty() || name.find('/') != std::string_view::npos) return std::nullopt;
  for (const fs::path& directory : plugin_directories())
    if (fs::path candidate = directory / std::string(name).append(kSuffix); is_file(candidate)) return candidate;
  return std::nullopt;
}

std::vector<FoundPlugin> list_plugins() {
  std::vector<FoundPlugin> result;
  std::set<std::string> names;
  for (const fs::path& directory : plugin_directories()) {
    std::vector<FoundPlugin> here;
    std::error_code missing;
    for (fs::directory_iterator entry(directory, missing), end; !missing && entry != end; entry.increment(missing))
      if (entry->path().extension() == kSuffix && is_file(entry->path()))
        here.push_back({entry->path().stem(), entry->path()});
    std::sort(here.begin(), here.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    for (FoundPlugin& plugin : here)
      if (names.insert(plugin.name).second) result.push_back(std::move(plugin));
  }
  return result;
}

}  // namespace tuner
