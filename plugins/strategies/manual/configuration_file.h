// The option `file` of the strategy `manual`: configurations written by people.
#pragma once

#include <string>
#include <vector>

#include "tuner/strategy.h"

namespace tuner::strategies {

// A JSON array of configurations, or one a line, as a JSON object or as name=value,... Missing parameters take their
// defaults. Throws UserMistake that names the file and the entry or line.
std::vector<std::vector<double>> read_configurations(const std::string& file, const plugin::Space& space);

}  // namespace tuner::strategies
