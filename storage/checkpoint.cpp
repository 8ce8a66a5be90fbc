#include "storage/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>

#include "core/error.h"
#include "storage/file.h"
#include "storage/hdf5_reader.h"
#include "storage/study_tables.h"

namespace tuner {

namespace {

constexpr std::int64_t kFormatVersion = 1;

std::int64_t count(const Study& study, TrialState state) {
  std::int64_t found = 0;
  for (std::size_t number = 0; number < study.trial_count(); ++number)
    if (study.trial(TrialId{number}).state == state) ++found;
  return found;
}

void write_facts(const Study& study, const LogSnapshot& log, const CheckpointFacts& facts, Hdf5Writer& out) {
  out.attribute("/", "format_version", kFormatVersion);
  out.attribute("/", "tuner_version", std::string_view(TUNER_VERSION));
  out.attribute("/", "study_id", facts.study_id);
  out.attribute("/", "ended_clean", static_cast<std::int64_t>(facts.end == StudyEnd::clean));
  out.attribute("/", "next_journal", static_cast<std::int64_t>(facts.next_journal));
  out.attribute("/", "events", static_cast<std::int64_t>(log.end.value));
  out.attribute("/", "log_crc32c", static_cast<std::int64_t>(log.crc32c));
  out.attribute("/", "plugin", study.definition().objective.name);
  out.attribute("/", "plugin_version", study.definition().objective.version);
  out.attribute("/", "plugin_sha256", study.definition().objective.sha256);
  out.attribute("/", "strategy", study.definition().strategy.name);
  out.attribute("/", "trials", static_cast<std::int64_t>(study.trial_count()));
  for (const auto state : {TrialState::waiting, TrialState::running, TrialState::complete, TrialState::pruned,
                           TrialState::failed, TrialState::discarded})
    out.attribute("/", fmt::format("trials_{}", name_of(state)), count(study, state));
  out.attribute("/", "best_trial", study.best() ? static_cast<std::int64_t>(study.best()->value) : std::int64_t{-1});
}

[[noreturn]] void refuse(const std::filesystem::path& path, std::string_view why) {
  throw UserError(fmt::format("{} is no study of tuner's ({}). Check the path.", path.string(), why));
}

// Journals are made by tuner only: a file that has some beside it was a study once.
bool has_journals(const std::filesystem::path& path) {
  return !StudyFiles(path).journals().empty();
}

void refuse_other_files(const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path)) refuse(path, "it is a folder");
  if (!std::filesystem::is_regular_file(path)) refuse(path, "it is no regular file");
  if (!std::ifstream(path)) throw_file_error("open", path, errno);
  if (!is_hdf5(path) && !has_journals(path))
    refuse(path, std::filesystem::is_empty(path) ? "it is empty" : "it is no HDF5 file");
}

void refuse_other_contents(const std::filesystem::path& path, const Hdf5Reader& file) {
  if (!file.has_attribute("format_version") || !file.has_attribute("tuner_version"))
    refuse(path, "an HDF5 file of something else");
  if (const auto version = file.integer_attribute("format_version"); version > kFormatVersion)
    throw UserError(fmt::format("{} was written by a newer tuner (format {}; this one reads {}). Use tuner {}.",
                                path.string(), version, kFormatVersion, file.text_attribute("tuner_version")));
}

CheckpointFacts read_facts(const Hdf5Reader& file) {
  if (const auto version = file.integer_attribute("format_version"); version != kFormatVersion)
    throw DamagedStudy(fmt::format("its format has version {}, which never was", version));
  const bool clean = file.integer_attribute("ended_clean") != 0;
  return {.study_id = file.text_attribute("study_id"),
          .next_journal = static_cast<std::uint64_t>(file.integer_attribute("next_journal")),
          .end = clean ? StudyEnd::clean : StudyEnd::journals_follow};
}

EventLog read_log(const Hdf5Reader& file) {
  auto array = file.byte_dataset("/log");
  EventLog log(std::move(array.bytes), array.size);
  if (log.snapshot().crc32c != static_cast<std::uint32_t>(file.integer_attribute("log_crc32c")))
    throw DamagedStudy("the checksum of its event log is wrong");
  if (static_cast<std::int64_t>(log.end().value) != file.integer_attribute("events"))
    throw DamagedStudy("its event log does not hold as many events as it should");
  return log;
}

}  // namespace

FileImage make_checkpoint(const Study& study, const LogSnapshot& log, const CheckpointFacts& facts) {
  Hdf5Writer out;
  write_facts(study, log, facts, out);
  std::vector<std::span<const std::byte>> pieces;
  for (const auto& piece : log.pieces) pieces.push_back(piece.span());
  out.bytes("/log", pieces);
  write_tables(study, out);
  return out.finish();
}

void put_checkpoint(const CheckpointPlace& place, const FileImage& image) {
  const auto temporary = place.names.temporary(place.token);
  remove_file(place.files, temporary);
  try {
    write_new_file(place.files, temporary, image.bytes());
    place.before_rename();
    if (rename_file(place.files, temporary, place.names.study()) == Renamed::was_not_there)
      throw Interrupted(fmt::format("{} was removed while it was written (another process has taken over the study)",
                                    temporary.string()));
  } catch (...) {
    place.files.remove(temporary);
    throw;
  }
  sync_folder(place.files, place.names.folder());
}

Checkpoint read_checkpoint(const std::filesystem::path& path) {
  constexpr std::string_view kRemedy = "Take a copy from before.";
  refuse_other_files(path);
  try {
    const Hdf5Reader file(path);
    refuse_other_contents(path, file);
    return {.facts = read_facts(file), .log = read_log(file)};
  } catch (const Hdf5Error& error) {
    throw DamagedStudy(fmt::format("{} is not a whole study file ({}). {}", path.string(), error.what(), kRemedy));
  } catch (const MalformedBytes& error) {
    throw DamagedStudy(fmt::format("{} is damaged ({}). {}", path.string(), error.what(), kRemedy));
  } catch (const DamagedStudy& error) {
    throw DamagedStudy(fmt::format("{} cannot be used ({}). {}", path.string(), error.what(), kRemedy));
  }
}

}  // namespace tuner
