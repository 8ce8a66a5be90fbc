// A study as its files hold it: the checkpoint and what the journals beside it add. Takes no lock and changes nothing,
// so that it also reads a study that is being written; then it gives a state that the study really had.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/study.h"
#include "storage/checkpoint.h"
#include "storage/event_log.h"
#include "storage/file_calls.h"

namespace tuner {

// What to do where a journal is missing or damaged. salvage: accept_loss, and to make the most of a study file that is
// damaged or gone.
enum class MissingJournal { refuse, accept_loss, salvage };

// How the files were just before they were read.
struct FilesSeen {
  FileFacts study;
  std::map<std::uint64_t, FileFacts> journals;

  bool operator==(const FilesSeen&) const = default;
};

struct LoadedStudy {
  Study study;
  EventLog log;
  CheckpointFacts facts;
  Sequence checkpointed;                // events before this one stand in the checkpoint
  Sequence durable;                     // events before this one are known to survive a power cut
  std::vector<std::uint64_t> journals;  // all that are there, ascending; older than facts.next_journal means left over
  std::vector<std::string> remarks;     // for people: what was ignored, and why

  // What is missing, where that was accepted.
  std::vector<std::string> losses;      // for people, one a file; empty: the study is whole
  std::vector<std::uint64_t> unusable;  // journals that are damaged, or cannot count because of one before them
  std::uint64_t lost_events = 0;        // so many are seen behind the damage, at least
  std::uint64_t lost_results = 0;       // of these
  bool journal_is_missing = false;      // nobody knows what it held

  FilesSeen files;
};

// Nothing where there is no study.
std::optional<FilesSeen> look_at_files(const StudyFiles& names, FileCalls& files);

// "at least 55 results", that their number is not known, or that none is seen to be missing.
std::string lost_text(const LoadedStudy& loaded);

// Throws UserError where there is no study or one of a newer tuner, DamagedStudy.
LoadedStudy load_study(const std::filesystem::path& path, MissingJournal missing, FileCalls& files = system_files());

}  // namespace tuner
