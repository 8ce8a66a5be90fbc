#include "storage/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/shell_word.h"
#include "storage/crc32c.h"
#include "storage/file.h"
#include "storage/hdf5_lock.h"
#include "storage/study_file_reader.h"
#include "storage/study_tables.h"

namespace tuner {

namespace {

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

EventLog log_of(const StudyFileContents& contents) {
  EventLog log(contents.log.memory, contents.log.size);
  if (log.snapshot().crc32c != static_cast<std::uint32_t>(contents.log_crc32c))
    throw DamagedStudy("the checksum of its event log is wrong");
  if (static_cast<std::int64_t>(log.end().value) != contents.events)
    throw DamagedStudy("its event log does not hold as many events as it should");
  return log;
}

std::vector<std::uint32_t> event_checksums(const LogSnapshot& log) {
  std::vector<std::uint32_t> checksums;
  checksums.reserve(log.end.value);
  for_each_event(log, [&](Sequence, std::span<const std::byte> event) { checksums.push_back(crc32c(event)); });
  return checksums;
}

}  // namespace

FileImage make_checkpoint(const Study& study, const LogSnapshot& log, const CheckpointFacts& facts) {
  const std::scoped_lock alone(hdf5_lock());
  Hdf5Writer out;
  write_facts(study, log, facts, out);
  std::vector<std::span<const std::byte>> pieces;
  for (const auto& piece : log.pieces) pieces.push_back(piece.span());
  out.bytes("/log", pieces);
  out.dataset(kEventChecksums, event_checksums(log));
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
  const std::string remedy = fmt::format("Take a copy from before, or see what `tuner verify {} --repair` recovers.",
                                         shell_word(path.string()));
  try {
    const StudyFileContents contents = read_study_file(path);
    return {.facts = contents.facts, .log = log_of(contents), .tuner_version = contents.tuner_version};
  } catch (const Hdf5Error& error) {
    throw DamagedStudy(fmt::format("{} is not a whole study file ({}). {}", path.string(), error.what(), remedy));
  } catch (const MalformedBytes& error) {
    throw DamagedStudy(fmt::format("{} is damaged ({}). {}", path.string(), error.what(), remedy));
  } catch (const DamagedStudy& error) {
    throw DamagedStudy(fmt::format("{} cannot be used ({}). {}", path.string(), error.what(), remedy));
  }
}

}  // namespace tuner
