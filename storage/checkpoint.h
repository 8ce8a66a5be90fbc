// The study file study.h5: the whole event log, and the tables that are derived from it. Written in memory first and
// put in its place by a rename, so that whoever opens it sees the old one or the new one, whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "core/study.h"
#include "storage/event_log.h"
#include "storage/hdf5_writer.h"
#include "storage/study_files.h"

namespace tuner {

class FileCalls;

// Whether events may follow in a journal.
enum class StudyEnd { clean, journals_follow };

inline constexpr std::int64_t kFormatVersion = 1;

// Dataset of the CRC-32C of each event: where the log is damaged, they tell what of it is whole.
inline constexpr const char* kEventChecksums = "/event_crc32c";

struct CheckpointFacts {
  std::string study_id;
  std::uint64_t next_journal = 1;  // journals before this one are contained
  StudyEnd end = StudyEnd::journals_follow;
};

// The file as bytes. `study` is what the events of the log make.
FileImage make_checkpoint(const Study& study, const LogSnapshot& log, const CheckpointFacts& facts);

struct CheckpointPlace {
  FileCalls& files;
  const StudyFiles& names;
  std::string token;                    // of the owner; distinguishes its temporary file
  std::function<void()> before_rename;  // throws where this process may not write any more
};

// Temporary file, sync, rename, sync of the folder: survives a power cut when this returns. Throws Interrupted or
// UserError; then the old file stands untouched.
void put_checkpoint(const CheckpointPlace& place, const FileImage& image);

struct Checkpoint {
  CheckpointFacts facts;
  EventLog log;
  std::string tuner_version = {};  // that wrote it
};

// Throws UserError where the file is no study at all or of a newer format, DamagedStudy where it is a study that is not
// whole.
Checkpoint read_checkpoint(const std::filesystem::path& path);

}  // namespace tuner
