#include "mpi_runner/commands/open_study.h"

#include <fmt/format.h>

#include <cstdio>

#include "mpi_runner/text.h"

namespace tuner {

LoadedStudy open_study(const std::string& path) {
  // A reader changes nothing, so it may show what is left of a study whose journal is gone.
  LoadedStudy loaded = load_study(path, MissingJournal::accept_loss);
  for (const std::string& remark : loaded.remarks) fmt::print(stderr, "tuner: {}\n", escaped_lines(remark));
  return loaded;
}

}  // namespace tuner
