// How commands read a study.
#pragma once

#include <optional>
#include <string>

#include "storage/load.h"
#include "storage/owner.h"

namespace tuner {

// Takes no lock, so the study may be running. What people should know of its files is said on standard error, also what
// of them is missing: a reader changes nothing, so it may show the rest.
LoadedStudy open_study(const std::string& path);

// A run has the study: its owner gives signs of life, or nothing is known that speaks against it.
bool is_running(const std::optional<OwnerSight>& owner);

// Look before the study is read: a run that says goodbye in between is then not taken for a killed one.
OpenRun look_at_open_run(const std::string& path, const std::optional<OwnerSight>& owner);

// How a command ends that has shown the study: done, or damaged where something is missing, as --resume would say.
int code_of(const LoadedStudy& loaded);

}  // namespace tuner
