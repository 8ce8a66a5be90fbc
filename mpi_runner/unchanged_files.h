// Files that every trial of a study depends on: what a host reads that is started again must be what the first one
// read.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "storage/file_calls.h"

namespace tuner {

class UnchangedFiles {
 public:
  // File → SHA-256 of what it holds. Those that are not there are not watched.
  explicit UnchangedFiles(const std::map<std::string, std::string>& digests);

  // Throws UserError that names a file which holds something else by now. Reads only what was touched.
  void require();

 private:
  struct File {
    std::string sha256;
    std::optional<FileFacts> seen;
  };

  std::map<std::string, File> files_;
};

}  // namespace tuner
