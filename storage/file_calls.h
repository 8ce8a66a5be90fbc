// The one door to the operating system's file calls, so that a test can put a disk behind it that fails or forgets.
// Nothing is retried or explained here; storage/file.h does that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace tuner {

struct FileFacts {
  std::filesystem::file_type type = std::filesystem::file_type::none;
  std::uint64_t inode = 0;
  std::uint64_t size_bytes = 0;
  std::int64_t modified_ns = 0;  // by the clock of the file system

  bool operator==(const FileFacts&) const = default;
};

// Each call returns what the system's call returns, or -errno. Used by several threads.
class FileCalls {
 public:
  virtual ~FileCalls() = default;

  virtual int create_new(const std::filesystem::path& path) = 0;  // to append to; fails where it exists
  // To read or to sync; directories too. Does not wait for a writer where a named pipe stands there.
  virtual int open(const std::filesystem::path& path) = 0;
  virtual std::int64_t write(int file, std::span<const std::byte> bytes) = 0;
  virtual std::int64_t read(int file, std::span<std::byte> bytes, std::uint64_t offset) = 0;
  virtual int sync_data(int file) = 0;  // fdatasync
  virtual int sync(int file) = 0;       // fsync
  virtual int close(int file) = 0;
  virtual int rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  virtual int remove(const std::filesystem::path& path) = 0;
  virtual int touch(const std::filesystem::path& path) = 0;  // modified now
  virtual int facts(const std::filesystem::path& path, FileFacts& facts) = 0;
  virtual int facts_of_open(int file, FileFacts& facts) = 0;
};

FileCalls& system_files();

}  // namespace tuner
