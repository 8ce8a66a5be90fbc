// All that a study knows of one trial: why it was chosen, how its attempts went, what came out.
#pragma once

#include <filesystem>
#include <iosfwd>

#include "core/study.h"

namespace tuner {

void print_story(std::ostream& out, const Study& study, TrialId id, const std::filesystem::path& logs);

}  // namespace tuner
