#include "mpi_runner/commands/open_study.h"

#include <fmt/format.h>

#include <cstdio>

#include "core/error.h"
#include "mpi_runner/text.h"

namespace tuner {

LoadedStudy open_study(const std::string& path) {
  // A reader changes nothing, so it may show what is left of a study whose journal is gone.
  LoadedStudy loaded = load_study(path, MissingJournal::accept_loss);
  for (const std::string& remark : loaded.remarks) fmt::print(stderr, "tuner: {}\n", escaped_lines(remark));
  return loaded;
}

LoadedPlugin load_recorded(const PluginInfo& recorded, const std::string& chosen, PluginKind kind) {
  if (!chosen.empty()) return load_plugin(chosen, kind);
  if (recorded.name.find('/') != std::string::npos)
    throw UserError(fmt::format(
        "the study names its plugin '{}' (a path in a study file is not followed). Name the plugin yourself with --{}",
        escaped(recorded.name), kind == PluginKind::objective ? "plugin" : "strategy"));
  return load_plugin(recorded.name, kind);
}

}  // namespace tuner
