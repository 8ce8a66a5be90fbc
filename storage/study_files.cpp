#include "storage/study_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "core/error.h"

namespace tuner {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kJournal = ".journal.";
constexpr std::string_view kTemporary = ".tmp.";
// As many as Linux follows (path_resolution(7)).
constexpr int kMostLinks = 40;

fs::path follow_links(fs::path path) {
  std::error_code ignored;
  for (int link = 0; fs::is_symlink(path, ignored); ++link) {
    if (link == kMostLinks) throw UserError(fmt::format("{} is a symbolic link that leads to itself", path.string()));
    path = path.parent_path() / fs::read_symlink(path);
  }
  return fs::absolute(path).lexically_normal();
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  // Only the one way in which we write it, so that a name and a number belong together.
  if (error != std::errc() || std::to_string(number) != text) return std::nullopt;
  return number;
}

}  // namespace

StudyFiles::StudyFiles(const fs::path& study) : study_(follow_links(study)) {}

fs::path StudyFiles::beside(std::string_view suffix) const {
  auto path = study_;
  path += suffix;
  return path;
}

fs::path StudyFiles::journal(std::uint64_t number) const {
  return beside(std::string(kJournal) + std::to_string(number));
}

fs::path StudyFiles::temporary(std::string_view token) const {
  return beside(std::string(kTemporary).append(token));
}

std::vector<std::string> StudyFiles::suffixes_after(std::string_view middle) const {
  const std::string prefix = study_.filename().string().append(middle);
  std::vector<std::string> suffixes;
  std::error_code error;
  for (fs::directory_iterator entry(folder(), error), end; !error && entry != end; entry.increment(error)) {
    const auto name = entry->path().filename().string();
    if (name.starts_with(prefix)) suffixes.push_back(name.substr(prefix.size()));
  }
  if (error) throw UserError(fmt::format("cannot list the folder {} ({})", folder().string(), error.message()));
  return suffixes;
}

std::vector<std::uint64_t> StudyFiles::journals() const {
  std::vector<std::uint64_t> numbers;
  for (const auto& suffix : suffixes_after(kJournal))
    if (const auto number = number_in(suffix)) numbers.push_back(*number);
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

std::vector<fs::path> StudyFiles::temporaries() const {
  std::vector<fs::path> paths;
  for (const auto& suffix : suffixes_after(kTemporary)) paths.push_back(temporary(suffix));
  return paths;
}

}  // namespace tuner
