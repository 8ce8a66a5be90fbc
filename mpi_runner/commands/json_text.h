// JSON as commands print it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace tuner {

// Indented, in ASCII, so that no text of a plugin or study file reaches the terminal as it is.
std::string json_text(const nlohmann::ordered_json& json);

}  // namespace tuner
