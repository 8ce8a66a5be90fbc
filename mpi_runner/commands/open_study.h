// How commands read a study, and how they find the plugins that it names.
#pragma once

#include <string>

#include "mpi_runner/study_setup.h"
#include "storage/load.h"

namespace tuner {

// Takes no lock, so the study may be running. What people should know of its files is said on standard error.
LoadedStudy open_study(const std::string& path);

// The plugin that the user chose, or, where `chosen` is empty, the one of the recorded name. A study file may come from
// a stranger, so its name is only looked up in the plugin path, never taken as a path. Throws UserError.
LoadedPlugin load_recorded(const PluginInfo& recorded, const std::string& chosen, PluginKind kind);

}  // namespace tuner
