// A study as its files hold it: the checkpoint and what the journals beside it add. Takes no lock and changes nothing,
// so that it also reads a study that is being written; then it gives a state that the study really had.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/study.h"
#include "storage/checkpoint.h"
#include "storage/event_log.h"
#include "storage/file_calls.h"

namespace tuner {

// What to do where a journal that should be there is not.
enum class MissingJournal { refuse, accept_loss };

struct LoadedStudy {
  Study study;
  EventLog log;
  CheckpointFacts facts;
  Sequence durable;                     // events before this one are known to survive a power cut
  std::vector<std::uint64_t> journals;  // all that are there, ascending; older than facts.next_journal means left over
  std::vector<std::uint64_t> cut_off;   // journals that cannot count because one before them is missing
  std::vector<std::string> remarks;     // for people: what was ignored, and why
};

// Throws UserError where there is no study, DamagedStudy.
LoadedStudy load_study(const std::filesystem::path& path, MissingJournal missing, FileCalls& files = system_files());

}  // namespace tuner
