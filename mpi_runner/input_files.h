// Input files of a recorded study, found again: the user may stand in another folder, or the study may have moved with
// its data. What a file holds belongs to the study, not where it lies.
#pragma once

#include <filesystem>
#include <string>

#include "core/definition.h"
#include "mpi_runner/host_launch.h"

namespace tuner {

// SHA-256 of the input file that an option's value names; nullptr where it names none.
const std::string* input_digest(const StudyDefinition& study, const std::string& option_value);

// The options with each recorded name of an input file replaced by the place where it is now: as it is named, seen from
// the current folder, from where the study was made, or from beside the study file; a file with the recorded contents
// first. Options in `typed` mean what they say. Throws UserError that names every place where it looked.
PluginOptions with_found_inputs(PluginOptions options, const StudyDefinition& recorded, const PluginOptions& typed,
                                const std::filesystem::path& study_file);

}  // namespace tuner
