#include "storage/file_calls.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace tuner {

namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

template <class Result>
Result or_errno(Result result) {
  return result < 0 ? static_cast<Result>(-errno) : result;
}

std::filesystem::file_type type_of(mode_t mode) {
  using std::filesystem::file_type;
  if (S_ISREG(mode)) return file_type::regular;
  if (S_ISDIR(mode)) return file_type::directory;
  if (S_ISFIFO(mode)) return file_type::fifo;
  if (S_ISSOCK(mode)) return file_type::socket;
  return S_ISCHR(mode) ? file_type::character : file_type::block;
}

FileFacts facts_from(const struct stat& status) {
  return {.type = type_of(status.st_mode),
          .inode = status.st_ino,
          .size_bytes = static_cast<std::uint64_t>(status.st_size),
          .modified_ns = status.st_mtim.tv_sec * kNanosecondsPerSecond + status.st_mtim.tv_nsec};
}

class SystemFiles final : public FileCalls {
 public:
  int create_new(const std::filesystem::path& path) override {
    return or_errno(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  }
  int open(const std::filesystem::path& path) override {
    return or_errno(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  }
  std::int64_t write(int file, std::span<const std::byte> bytes) override {
    return or_errno(::write(file, bytes.data(), bytes.size()));
  }
  std::int64_t read(int file, std::span<std::byte> bytes, std::uint64_t offset) override {
    return or_errno(::pread(file, bytes.data(), bytes.size(), static_cast<off_t>(offset)));
  }
  int sync_data(int file) override { return or_errno(::fdatasync(file)); }
  int sync(int file) override { return or_errno(::fsync(file)); }
  int close(int file) override { return or_errno(::close(file)); }
  int rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    return or_errno(std::rename(from.c_str(), to.c_str()));
  }
  int remove(const std::filesystem::path& path) override { return or_errno(::unlink(path.c_str())); }
  int touch(const std::filesystem::path& path) override {
    return or_errno(::utimensat(AT_FDCWD, path.c_str(), nullptr, 0));
  }
  int facts(const std::filesystem::path& path, FileFacts& facts) override {
    struct stat status {};
    if (::stat(path.c_str(), &status) < 0) return -errno;
    facts = facts_from(status);
    return 0;
  }
  int facts_of_open(int file, FileFacts& facts) override {
    struct stat status {};
    if (::fstat(file, &status) < 0) return -errno;
    facts = facts_from(status);
    return 0;
  }
};

}  // namespace

FileCalls& system_files() {
  static SystemFiles files;
  return files;
}

}  // namespace tuner
