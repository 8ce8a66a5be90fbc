// What HDF5 reads of a study file, which may hold anything. Each function reads in a process of its own
// (reading_process.h), so that the library's faults end that one. All that can be judged by the bytes is judged by the
// caller, in this process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "storage/checkpoint.h"
#include "storage/reading_process.h"

namespace tuner {

struct StudyFileContents {
  std::string tuner_version;
  CheckpointFacts facts;
  std::int64_t events = -1;
  std::int64_t log_crc32c = 0;
  std::vector<std::uint32_t> event_crc32c;  // of what_is_left() only; empty for files of older tuners
  SharedBytes log;
};

// Throws as read_apart() does; UserError where the file is no study or of a newer format, Hdf5Error where something is
// missing.
StudyFileContents read_study_file(const std::filesystem::path& path);

// Also of a file that lacks attributes. Throws as read_apart() does.
StudyFileContents what_is_left(const std::filesystem::path& path);

// "its tables hold 55 trials, …": what people can still read of a file whose log is of no use. Empty where nothing can
// be read.
std::string tables_text(const std::filesystem::path& path);

enum class TableState : std::uint8_t { equal, different, unreadable };

struct ComparedTable {
  std::string path;
  TableState state = TableState::unreadable;
};

// The tables of the file beside those of the image that was made from its log. Throws as read_apart() does.
std::vector<ComparedTable> compare_tables(const std::filesystem::path& path, const FileImage& expected);

}  // namespace tuner
