#include "mpi_runner/unchanged_files.h"

#include <fmt/format.h>

#include "core/error.h"
#include "storage/digest.h"
#include "storage/file.h"

namespace tuner {

UnchangedFiles::UnchangedFiles(const std::map<std::string, std::string>& digests) {
  for (const auto& [file, sha256] : digests)
    if (const auto facts = facts_of(system_files(), file)) files_[file] = {sha256, facts};
}

void UnchangedFiles::require() {
  for (auto& [file, known] : files_) {
    const auto now = facts_of(system_files(), file);
    if (now == known.seen) continue;
    if (!now || sha256_of_file(file) != known.sha256)
      throw UserError(
          fmt::format("{} has been {} since the run began, so that trials would not be those of this study. Put it "
                      "back and resume, "
                      "or begin another study",
                      file, now ? "changed" : "removed"));
    known.seen = now;
  }
}

}  // namespace tuner
