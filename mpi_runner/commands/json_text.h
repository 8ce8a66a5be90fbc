// JSON as commands print it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/study.h"

namespace tuner {

// Indented, in ASCII, so that no text of a plugin or study file reaches the terminal as it is.
std::string json_text(const nlohmann::ordered_json& json);

// {"logloss": 0.25}: what the objective gave, by its names; null where a value is not known.
nlohmann::ordered_json values_json(const Study& study, TrialId id);

}  // namespace tuner
