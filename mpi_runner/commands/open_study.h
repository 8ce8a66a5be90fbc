// How commands read a study.
#pragma once

#include <string>

#include "storage/load.h"

namespace tuner {

// Takes no lock, so the study may be running. What people should know of its files is said on standard error, also what
// of them is missing: a reader changes nothing, so it may show the rest.
LoadedStudy open_study(const std::string& path);

// How a command ends that has shown the study: done, or damaged where something is missing, as --resume would say.
int code_of(const LoadedStudy& loaded);

}  // namespace tuner
