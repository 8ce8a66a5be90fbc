// Whole operations on files, over FileCalls: interrupted calls and short writes are finished here, and what fails
// becomes an error that names the file, the reason and what to do. A full disk is NoSpace, a broken one Interrupted; a
// folder that is missing or may not be written is UserError.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/error.h"
#include "storage/file_calls.h"

namespace tuner {

// The disk is full or the quota used up: the same may succeed later.
struct NoSpace : Interrupted {
  using Interrupted::Interrupted;
};

// A new file that grows at its end.
class AppendFile {
 public:
  // Throws where the file exists.
  AppendFile(FileCalls& calls, std::filesystem::path path);
  // Nothing where the file exists.
  static std::unique_ptr<AppendFile> unless_there(FileCalls& calls, std::filesystem::path path);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  const std::filesystem::path& path() const { return path_; }

  // After an error the file may end with a part of the bytes: nothing may be appended any more.
  void append(std::span<const std::byte> bytes);
  // What was appended survives a power cut. After an error the descriptor must not be used again: the system has
  // dropped what it could not write and a second call would succeed without it.
  void sync();
  // Where the file under its name is not this one with all that was appended: what became of it ("was removed or
  // renamed"). Nothing also where that cannot be told.
  std::optional<std::string> tampering() const;

 private:
  AppendFile(FileCalls& calls, std::filesystem::path path, int file);

  FileCalls& calls_;
  std::filesystem::path path_;
  int file_;
  std::uint64_t size_bytes_ = 0;
};

// Throws where the file exists. Survives a power cut when this returns, but for its name.
void write_new_file(FileCalls& calls, const std::filesystem::path& path, std::span<const std::byte> bytes);

// Nothing where the file is not there. UserError where it is no regular file, whose end might never come, or larger
// than the memory.
std::optional<Bytes> read_file(FileCalls& calls, const std::filesystem::path& path);

// Nothing where the file is not there.
std::optional<FileFacts> facts_of(FileCalls& calls, const std::filesystem::path& path);

enum class Removed { yes, was_not_there };
Removed remove_file(FileCalls& calls, const std::filesystem::path& path);

enum class Renamed { yes, was_not_there };
Renamed rename_file(FileCalls& calls, const std::filesystem::path& from, const std::filesystem::path& to);

// Names that were made, renamed or removed in the folder survive a power cut.
void sync_folder(FileCalls& calls, const std::filesystem::path& folder);

// "a named pipe", "a device", …
std::string_view name_of(std::filesystem::file_type type);

std::span<const std::byte> as_bytes(std::string_view text);

// Throws what the error means: `doing` is "write 312 bytes to", "remove", …
[[noreturn]] void throw_file_error(std::string_view doing, const std::filesystem::path& path, int error_number);

}  // namespace tuner
