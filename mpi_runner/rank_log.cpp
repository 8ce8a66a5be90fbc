#include "mpi_runner/rank_log.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <system_error>

#include "mpi_runner/clock.h"
#include "storage/study_files.h"

namespace tuner {
namespace {

namespace fs = std::filesystem;

// Of a file; a rank has at most two.
constexpr std::uint64_t kMostBytes = std::uint64_t{4} << 20;

// Opening a named pipe would wait for who reads it; a device may take everything for ever; and a link in the logs of a
// stranger's study may lead to a file of the user's.
bool may_be_opened(const fs::path& path) {
  std::error_code unreadable;
  const fs::file_status status = fs::symlink_status(path, unreadable);
  return !fs::exists(status) || fs::is_regular_file(status);
}

}  // namespace

fs::path logs_of(const fs::path& study) {
  return StudyFiles(study).study().string() + ".logs";
}

fs::path output_file(const fs::path& logs, TrialId trial, std::uint32_t attempt) {
  return logs / fmt::format("trial-{}-attempt-{}.log", trial.value, attempt);
}

fs::path RankLog::file() const {
  return folder_ / fmt::format("rank-{}.log", rank_.value);
}

void RankLog::open() {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (may_be_opened(file())) out_.open(file(), std::ios::app);
  const auto size = fs::file_size(file(), error);
  written_bytes_ = error ? 0 : size;
}

void RankLog::rotate() {
  out_.close();
  std::error_code error;
  fs::rename(file(), file().string() + ".1", error);
  open();
}

void RankLog::write(std::string_view event, Fields fields) {
  if (!out_.is_open()) open();
  if (written_bytes_ > kMostBytes) rotate();
  nlohmann::ordered_json line = {{"time", wall_time_s()}, {"event", event}};
  for (const auto& [name, value] : fields) std::visit([&, key = name](const auto& one) { line[key] = one; }, value);
  // Plugins' texts need not be UTF-8.
  const std::string text = line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  out_ << text << std::flush;
  out_.clear();  // a disk that was full may have room again
  written_bytes_ += text.size();
}

void RankLog::keep_output(TrialId trial, std::uint32_t attempt, std::string_view text) const {
  std::error_code error;
  fs::create_directories(folder_, error);
  const fs::path path = output_file(folder_, trial, attempt);
  if (may_be_opened(path)) std::ofstream(path, std::ios::binary) << text;
}

}  // namespace tuner
