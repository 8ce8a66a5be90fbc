#include "storage/checkpoint_salvage.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/bytes.h"
#include "core/error.h"
#include "storage/log_salvage.h"
#include "storage/study_file_reader.h"

namespace tuner {

namespace {

bool has_events(std::span<const std::byte> log, std::int64_t number) {
  try {
    std::int64_t found = 0;
    for (; !log.empty(); ++found) take_frame(log);
    return found == number;
  } catch (const MalformedBytes&) {
    return false;
  }
}

// True where the log is whole now.
bool mend(const StudyFileContents& contents, SalvagedCheckpoint& salvaged) {
  const std::span<std::byte> log = contents.log.span();
  const std::vector<std::byte> as_it_was(log.begin(), log.end());
  const auto place = mend_one_bit(log, static_cast<std::uint32_t>(contents.log_crc32c));
  if (!place) return false;
  const bool agrees = contents.event_crc32c.empty() || salvage_log(log, contents.event_crc32c).good_bytes == log.size();
  if (!agrees || !has_events(log, contents.events)) {
    std::ranges::copy(as_it_was, log.begin());
    return false;
  }
  salvaged.remarks.push_back(
      fmt::format("One bit of byte {} of /log was wrong and is put right: the checksums tell which.", *place));
  return true;
}

void salvage_log_of(const StudyFileContents& contents, const std::string& name, SalvagedCheckpoint& salvaged) {
  const std::span<const std::byte> bytes = contents.log.span();
  std::size_t good_bytes = bytes.size();
  if (!mend(contents, salvaged)) {
    SalvagedLog left = salvage_log(bytes, contents.event_crc32c);
    good_bytes = left.good_bytes;
    salvaged.behind = std::move(left.behind);
    const std::size_t events = contents.event_crc32c.size();
    if (good_bytes < bytes.size() || left.good_events < events)
      salvaged.losses.push_back(
          events == 0
              ? fmt::format("{}: /log is damaged, and the file has no checksums of its events that tell where", name)
              : fmt::format("{}: /log is damaged at event {} of {} (byte {} of it)", name, left.good_events, events,
                            good_bytes));
  }
  salvaged.checkpoint.log = EventLog(contents.log.memory, good_bytes);
}

}  // namespace

SalvagedCheckpoint salvage_checkpoint(const std::filesystem::path& path) {
  SalvagedCheckpoint salvaged;
  try {
    salvaged.checkpoint = read_checkpoint(path);
    return salvaged;
  } catch (const DamagedStudy&) {
    salvaged.checkpoint = {};
  }
  const auto lose = [&](const std::exception& why) {
    salvaged.losses.push_back(fmt::format("{} is not a whole study file ({})", path.string(), why.what()));
  };
  try {
    const StudyFileContents contents = what_is_left(path);
    salvaged.checkpoint.facts = contents.facts;
    salvage_log_of(contents, path.string(), salvaged);
  } catch (const Hdf5Error& error) {
    lose(error);
  } catch (const DamagedStudy& error) {
    lose(error);
  } catch (const MalformedBytes& error) {
    lose(error);
  }
  return salvaged;
}

}  // namespace tuner
