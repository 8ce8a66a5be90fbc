// What can be told of a study file that is not whole.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "storage/checkpoint.h"
#include "storage/journal_reader.h"

namespace tuner {

struct SalvagedCheckpoint {
  Checkpoint checkpoint;             // the log: the events before the damage; its facts may be wrong
  std::vector<std::string> remarks;  // what was put right
  std::vector<std::string> losses;   // what is wrong; empty: the log is whole
  std::vector<JournalEvent> behind;  // whole events behind the damage; they point into the log's memory
};

// Of a file that read_checkpoint() takes for damaged, or that is not there: then the log is empty. Throws UserError as
// read_checkpoint() does.
SalvagedCheckpoint salvage_checkpoint(const std::filesystem::path& path);

}  // namespace tuner
