// Where plugins are found: by path ("./xgb.so"), or by name ("xgb") in TUNER_PLUGIN_PATH and in tuner's own folder.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tuner {

struct FoundPlugin {
  std::string name;            // "xgb"
  std::filesystem::path path;  // absolute
};

// Folders of the user's TUNER_PLUGIN_PATH (separated by colons), then those of this installation.
std::vector<std::filesystem::path> plugin_directories();

// The shared library that the user means. A name with a slash is a path. Throws UserError with the nearest known name.
std::filesystem::path find_plugin(std::string_view name_or_path);

// The plugin of that name in the folders; nothing where there is none, or where the name is a path.
std::optional<std::filesystem::path> find_named_plugin(std::string_view name);

// All plugins by name, in the order of the folders; a name that stands in two folders is listed once, as it would be
// found.
std::vector<FoundPlugin> list_plugins();

}  // namespace tuner
