#include "storage/study_file_reader.h"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>

#include "core/bytes.h"
#include "core/error.h"
#include "storage/file.h"
#include "storage/hdf5_lock.h"
#include "storage/hdf5_reader.h"

namespace tuner {

namespace {

[[noreturn]] void refuse(const std::filesystem::path& path, std::string_view why) {
  throw UserError(fmt::format("{} is no study of tuner's ({}). Check the path.", path.string(), why));
}

// Journals are made by tuner only: a file that has some beside it was a study once.
bool has_journals(const std::filesystem::path& path) {
  return !StudyFiles(path).journals().empty();
}

void refuse_what_is_no_file(const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path)) refuse(path, "it is a folder");
  if (!std::filesystem::is_regular_file(path)) refuse(path, "it is no regular file");
  if (!std::ifstream(path)) throw_file_error("open", path, errno);
}

using Reading = std::function<void(ReadingResult&)>;

// `more_bytes`: of what is read beside the file.
SharedBytes read_file_apart(const std::filesystem::path& path, const Reading& read, std::uint64_t more_bytes = 0) {
  refuse_what_is_no_file(path);
  const std::scoped_lock alone(hdf5_lock());
  try {
    return read_apart(limits_for(std::filesystem::file_size(path) + more_bytes), read);
  } catch (const Interrupted& error) {
    throw Interrupted(fmt::format("{} was not read ({}). Try again.", path.string(), error.what()));
  }
}

// ---- in the process that reads ----

void refuse_other_files(const std::filesystem::path& path) {
  if (!is_hdf5(path) && !has_journals(path))
    refuse(path, std::filesystem::is_empty(path) ? "it is empty" : "it is no HDF5 file");
}

void refuse_other_contents(const std::filesystem::path& path, const Hdf5Reader& file) {
  if (!file.has_attribute("format_version") || !file.has_attribute("tuner_version"))
    refuse(path, "an HDF5 file of something else");
  const auto version = file.integer_attribute("format_version");
  if (version > kFormatVersion)
    throw UserError(fmt::format("{} was written by a newer tuner (format {}; this one reads {}). Use tuner {}.",
                                path.string(), version, kFormatVersion, file.text_attribute("tuner_version")));
  if (version != kFormatVersion) throw DamagedStudy(fmt::format("its format has version {}, which never was", version));
}

std::int64_t integer_or(const Hdf5Reader& file, const std::string& attribute, std::int64_t otherwise) {
  try {
    return file.integer_attribute(attribute);
  } catch (const Hdf5Error&) {
    return otherwise;
  }
}

std::string text_or_empty(const Hdf5Reader& file, const std::string& attribute) {
  try {
    return file.text_attribute(attribute);
  } catch (const Hdf5Error&) {
    return "";
  }
}

std::vector<std::uint32_t> checksums_or_none(const Hdf5Reader& file) {
  try {
    return file.unsigned_dataset(kEventChecksums);
  } catch (const Hdf5Error&) {
    return {};
  }
}

std::string fingerprint_or_empty(const Hdf5Reader& file, const std::string& path) {
  try {
    return file.fingerprint(path);
  } catch (const Hdf5Error&) {
    return "";
  }
}

CheckpointFacts all_facts(const Hdf5Reader& file) {
  const bool clean = file.integer_attribute("ended_clean") != 0;
  return {.study_id = file.text_attribute("study_id"),
          .next_journal = static_cast<std::uint64_t>(file.integer_attribute("next_journal")),
          .end = clean ? StudyEnd::clean : StudyEnd::journals_follow};
}

CheckpointFacts facts_left(const Hdf5Reader& file) {
  return {.study_id = text_or_empty(file, "study_id"),
          .next_journal = static_cast<std::uint64_t>(integer_or(file, "next_journal", 1)),
          .end = integer_or(file, "ended_clean", 1) != 0 ? StudyEnd::clean : StudyEnd::journals_follow};
}

// Everything but the log, which follows it and is read into its place.
void put(const StudyFileContents& contents, const Hdf5Reader& file, ReadingResult& result) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.put(contents.tuner_version);
  out.put(contents.facts.study_id);
  out.put(contents.facts.next_journal);
  out.put(contents.facts.end);
  out.put(contents.events);
  out.put(contents.log_crc32c);
  out.put(contents.event_crc32c);
  result.append(bytes);
  file.byte_dataset("/log", [&](std::size_t size) { return result.append(size); });
}

std::string text_of_tables(const Hdf5Reader& file) {
  const auto complete = integer_or(file, "trials_complete", -1);
  if (complete < 0 || fingerprint_or_empty(file, "/trials/number").empty()) return "";
  return fmt::format("its tables still hold {} trials, {} complete: read them with h5dump, h5py or pandas",
                     integer_or(file, "trials", -1), complete);
}

// ---- in the process that waits ----

StudyFileContents contents_from(const SharedBytes& result) {
  ByteReader in(result.span());
  StudyFileContents contents;
  contents.tuner_version = in.text();
  contents.facts.study_id = in.text();
  contents.facts.next_journal = in.get<std::uint64_t>();
  contents.facts.end = in.get<StudyEnd>();
  contents.events = in.get<std::int64_t>();
  contents.log_crc32c = in.get<std::int64_t>();
  contents.event_crc32c = in.numbers<std::uint32_t>();
  contents.log = result.without_first(result.size - in.left());
  return contents;
}

std::vector<ComparedTable> tables_from(const SharedBytes& result) {
  std::vector<ComparedTable> tables;
  ByteReader in(result.span());
  while (in.left() > 0) {
    const std::string table = in.text();
    tables.push_back({table, in.get<TableState>()});
  }
  return tables;
}

}  // namespace

StudyFileContents read_study_file(const std::filesystem::path& path) {
  return contents_from(read_file_apart(path, [&](ReadingResult& result) {
    refuse_other_files(path);
    const Hdf5Reader file(path);
    refuse_other_contents(path, file);
    put({.tuner_version = file.text_attribute("tuner_version"),
         .facts = all_facts(file),
         .events = file.integer_attribute("events"),
         .log_crc32c = file.integer_attribute("log_crc32c"),
         .event_crc32c = {},
         .log = {}},
        file, result);
  }));
}

StudyFileContents what_is_left(const std::filesystem::path& path) {
  return contents_from(read_file_apart(path, [&](ReadingResult& result) {
    const Hdf5Reader file(path);
    put({.tuner_version = text_or_empty(file, "tuner_version"),
         .facts = facts_left(file),
         .events = integer_or(file, "events", -1),
         .log_crc32c = integer_or(file, "log_crc32c", 0),
         .event_crc32c = checksums_or_none(file),
         .log = {}},
        file, result);
  }));
}

std::string tables_text(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) return "";
  try {
    const SharedBytes text = read_file_apart(
        path, [&](ReadingResult& result) { result.append(as_bytes(text_of_tables(Hdf5Reader(path)))); });
    return {reinterpret_cast<const char*>(text.memory.get()), text.size};
  } catch (const Hdf5Error&) {
    return "";
  } catch (const DamagedStudy&) {
    return "";
  }
}

std::vector<ComparedTable> compare_tables(const std::filesystem::path& path, const FileImage& expected) {
  const Reading compare = [&](ReadingResult& result) {
    const Hdf5Reader file(path);
    const Hdf5Reader wanted(expected.bytes());
    Bytes bytes;
    ByteWriter out(bytes);
    // Only what should be there is looked for: the library survives few attempts to list what a damaged file holds.
    for (const auto& table : wanted.datasets()) {
      const auto found = fingerprint_or_empty(file, table);
      const bool equal = found == wanted.fingerprint(table);
      out.put(table);
      out.put(found.empty() ? TableState::unreadable : equal ? TableState::equal : TableState::different);
    }
    result.append(bytes);
  };
  try {
    return tables_from(read_file_apart(path, compare, expected.size));
  } catch (const DamagedStudy& error) {
    throw DamagedStudy(fmt::format("The tables of {} cannot be compared ({}); --repair makes them anew.", path.string(),
                                   error.what()));
  }
}

}  // namespace tuner
