#include "mpi_runner/input_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "core/error.h"
#include "storage/digest.h"
#include "storage/study_files.h"

namespace tuner {
namespace {

namespace fs = std::filesystem;

bool is_file(const fs::path& path) {
  std::error_code unreadable;
  return fs::exists(path, unreadable) && !fs::is_directory(path, unreadable);
}

std::vector<fs::path> places(const fs::path& name, const fs::path& made_in, const fs::path& study_folder) {
  std::vector<fs::path> all = {fs::absolute(name)};
  if (name.is_relative() && !made_in.empty()) all.push_back(made_in / name);
  if (name.is_relative()) all.push_back(study_folder / name);
  all.push_back(study_folder / name.filename());
  std::vector<fs::path> different;
  for (const fs::path& place : all)
    if (const fs::path normal = place.lexically_normal(); std::ranges::find(different, normal) == different.end())
      different.push_back(normal);
  return different;
}

fs::path chosen(const std::vector<fs::path>& there, const std::string& sha256) {
  if (there.size() > 1)
    for (const fs::path& file : there)
      if (sha256_of_file(file) == sha256) return file;
  return there.front();
}

}  // namespace

const std::string* input_digest(const StudyDefinition& study, const std::string& option_value) {
  const auto found = study.inputs.find(option_value);
  return found == study.inputs.end() ? nullptr : &found->second;
}

PluginOptions with_found_inputs(PluginOptions options, const StudyDefinition& recorded, const PluginOptions& typed,
                                const fs::path& study_file) {
  for (auto& [option, value] : options) {
    const std::string* sha256 = input_digest(recorded, value);
    if (sha256 == nullptr || typed.contains(option)) continue;
    const std::vector<fs::path> looked = places(value, recorded.folder, StudyFiles(study_file).folder());
    std::vector<fs::path> there;
    std::ranges::copy_if(looked, std::back_inserter(there), is_file);
    if (there.empty()) {
      std::vector<std::string> names;
      names.reserve(looked.size());
      for (const fs::path& place : looked) names.push_back(place.string());
      throw UserError(
          fmt::format("the study's input file {} = '{}' is not there (looked for {}). Say where it is: "
                      "--set {}=PATH",
                      option, value, fmt::join(names, ", "), option));
    }
    // What is found by its recorded name keeps it.
    if (const fs::path file = chosen(there, *sha256); file != looked.front()) value = file.string();
  }
  return options;
}

}  // namespace tuner
