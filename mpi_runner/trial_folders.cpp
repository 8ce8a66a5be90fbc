#include "mpi_runner/trial_folders.h"

#include <fmt/format.h>

#include <system_error>

#include "storage/study_files.h"

namespace tuner {
namespace {

namespace fs = std::filesystem;

// Of 32: short enough to type, long enough never to meet twice beside one file.
constexpr std::size_t kIdLetters = 8;

fs::path all_folders(const fs::path& study) {
  return StudyFiles(study).study().string() + ".trials";
}

}  // namespace

fs::path trial_folders(const fs::path& study, const std::string& study_id) {
  return all_folders(study) / study_id.substr(0, kIdLetters);
}

std::optional<std::string> foreign_trial_folders(const fs::path& study, const std::string& study_id) {
  const fs::path own = trial_folders(study, study_id);
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(all_folders(study), none))
    if (entry.path() != own)
      return fmt::format(
          "{} holds folders of another study's trials (not used here). Remove it where you need it no more",
          entry.path().string());
  return std::nullopt;
}

}  // namespace tuner
