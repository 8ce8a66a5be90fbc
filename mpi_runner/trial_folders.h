// Where the trials of a study keep what they save: folders beside the study file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace tuner {

// Holds a folder for each trial that asked for one. It carries the study's id, so that a new study in a file of the
// same name never takes another one's checkpoints for its own.
std::filesystem::path trial_folders(const std::filesystem::path& study, const std::string& study_id);

// A remark where trials of other studies left something beside this file: nobody else would tell whose disk it is.
std::optional<std::string> foreign_trial_folders(const std::filesystem::path& study, const std::string& study_id);

}  // namespace tuner
