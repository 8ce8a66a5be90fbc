// How commands read a study.
#pragma once

#include <string>

#include "storage/load.h"

namespace tuner {

// Takes no lock, so the study may be running. What people should know of its files is said on standard error.
LoadedStudy open_study(const std::string& path);

}  // namespace tuner
