#include "storage/file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <system_error>

#include "core/error.h"

namespace tuner {

namespace {

constexpr std::size_t kReadPieceBytes = 1 << 20;
constexpr std::size_t kWritePieceBytes = 4 << 20;

template <class Call>
auto unless_interrupted(Call call) {
  auto result = call();
  while (result == -EINTR) result = call();
  return result;
}

// A descriptor that is only read or synced.
class OpenFile {
 public:
  OpenFile(FileCalls& calls, const std::filesystem::path& path)
      : calls_(calls), file_(unless_interrupted([&] { return calls.open(path); })) {}
  ~OpenFile() {
    if (file_ >= 0) calls_.close(file_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  int file() const { return file_; }  // -errno where it could not be opened

 private:
  FileCalls& calls_;
  int file_;
};

std::string_view remedy(int error_number) {
  switch (error_number) {
    case ENOSPC:
      return "Make room on this file system, then go on; everything acknowledged is kept.";
    case EDQUOT:
      return "Your quota is used up: remove files or ask for more, then go on; everything acknowledged is kept.";
    case EROFS:
      return "The file system is read-only; put the study elsewhere with --study.";
    case EACCES:
    case EPERM:
      return "Ask for write permission on the folder, or put the study elsewhere with --study.";
    case ENOENT:
    case ENOTDIR:
      return "Check that the folder exists.";
    case EEXIST:
      return "Another process works on this study; only one may write it.";
    case EMFILE:
    case ENFILE:
      return "Raise the limit of open files (ulimit -n).";
    case ENXIO:
      return "It is no regular file; move it away.";
    case ESTALE:
      return "The network file system has lost the file; resume when it is back.";
    default:
      return "Check the file system, then resume; everything acknowledged is kept.";
  }
}

bool is_users_to_mend(int error_number) {
  return error_number == EROFS || error_number == EACCES || error_number == EPERM || error_number == ENOENT ||
         error_number == ENOTDIR || error_number == ENXIO || error_number == EISDIR || error_number == ENAMETOOLONG;
}

}  // namespace

void throw_file_error(std::string_view doing, const std::filesystem::path& path, int error_number) {
  const auto message = fmt::format("cannot {} {} ({}). {}", doing, path.string(),
                                   std::generic_category().message(error_number), remedy(error_number));
  if (is_users_to_mend(error_number)) throw UserError(message);
  if (error_number == ENOSPC || error_number == EDQUOT) throw NoSpace(message);
  throw Interrupted(message);
}

AppendFile::AppendFile(FileCalls& calls, std::filesystem::path path, int file)
    : calls_(calls), path_(std::move(path)), file_(file) {
  if (file_ < 0) throw_file_error("make", path_, -file_);
}

AppendFile::AppendFile(FileCalls& calls, std::filesystem::path path)
    : AppendFile(calls, path, unless_interrupted([&] { return calls.create_new(path); })) {}

std::unique_ptr<AppendFile> AppendFile::unless_there(FileCalls& calls, std::filesystem::path path) {
  const int file = unless_interrupted([&] { return calls.create_new(path); });
  if (file == -EEXIST) return nullptr;
  return std::unique_ptr<AppendFile>(new AppendFile(calls, std::move(path), file));
}

AppendFile::~AppendFile() {
  calls_.close(file_);
}

void AppendFile::append(std::span<const std::byte> bytes) {
  auto rest = bytes;
  while (!rest.empty()) {
    const auto written = unless_interrupted([&] { return calls_.write(file_, rest); });
    // A write of nothing would be tried for ever.
    const auto failure = written == 0 ? ENOSPC : static_cast<int>(-written);
    if (written <= 0) throw_file_error(fmt::format("write {} bytes to", bytes.size()), path_, failure);
    rest = rest.subspan(static_cast<std::size_t>(written));
    size_bytes_ += static_cast<std::uint64_t>(written);
  }
}

void AppendFile::sync() {
  const int result = unless_interrupted([&] { return calls_.sync_data(file_); });
  if (result < 0) throw_file_error("sync", path_, -result);
}

std::optional<std::string> AppendFile::tampering() const {
  FileFacts open;
  FileFacts named;
  if (unless_interrupted([&] { return calls_.facts_of_open(file_, open); }) < 0) return std::nullopt;
  const int result = unless_interrupted([&] { return calls_.facts(path_, named); });
  if (result == -ENOENT) return "was removed or renamed";
  if (result < 0) return std::nullopt;
  if (named.inode != open.inode) return "was replaced by another file";
  if (open.size_bytes == size_bytes_) return std::nullopt;
  return fmt::format("has {} bytes in place of the {} that were written", open.size_bytes, size_bytes_);
}

void write_new_file(FileCalls& calls, const std::filesystem::path& path, std::span<const std::byte> bytes) {
  AppendFile file(calls, path);
  for (auto rest = bytes; !rest.empty();) {
    const auto piece = rest.first(std::min(rest.size(), kWritePieceBytes));
    file.append(piece);
    rest = rest.subspan(piece.size());
  }
  file.sync();
}

namespace {

Bytes read_all(FileCalls& calls, const OpenFile& open, const std::filesystem::path& path, std::uint64_t size_bytes) {
  Bytes bytes;
  bytes.reserve(size_bytes + 1);
  for (;;) {
    const std::size_t had = bytes.size();
    const std::size_t room = std::max<std::size_t>(bytes.capacity() - had, 1);
    bytes.resize(had + std::min(room, kReadPieceBytes));
    const auto piece = std::span(bytes).subspan(had);
    const auto got = unless_interrupted([&] { return calls.read(open.file(), piece, had); });
    if (got < 0) throw_file_error("read", path, static_cast<int>(-got));
    bytes.resize(had + static_cast<std::size_t>(got));
    if (got == 0) return bytes;
  }
}

}  // namespace

std::optional<Bytes> read_file(FileCalls& calls, const std::filesystem::path& path) {
  const OpenFile open(calls, path);
  if (open.file() == -ENOENT) return std::nullopt;
  if (open.file() < 0) throw_file_error("open", path, -open.file());

  FileFacts facts;
  const int result = unless_interrupted([&] { return calls.facts_of_open(open.file(), facts); });
  if (result < 0) throw_file_error("look at", path, -result);
  if (facts.type != std::filesystem::file_type::regular)
    throw UserError(fmt::format("{} is {}, where a file belongs. Move it away.", path.string(), name_of(facts.type)));
  try {
    return read_all(calls, open, path, facts.size_bytes);
  } catch (const std::bad_alloc&) {
    throw UserError(
        fmt::format("{} has {} bytes, more than there is memory for (ulimit -v shows a limit). If it "
                    "should not be so large, take it from a copy.",
                    path.string(), facts.size_bytes));
  }
}
std::optional<FileFacts> facts_of(FileCalls& calls, const std::filesystem::path& path) {
  FileFacts facts;
  const int result = unless_interrupted([&] { return calls.facts(path, facts); });
  if (result == -ENOENT) return std::nullopt;
  if (result < 0) throw_file_error("look at", path, -result);
  return facts;
}

Removed remove_file(FileCalls& calls, const std::filesystem::path& path) {
  const int result = unless_interrupted([&] { return calls.remove(path); });
  if (result == -ENOENT) return Removed::was_not_there;
  if (result < 0) throw_file_error("remove", path, -result);
  return Removed::yes;
}

Renamed rename_file(FileCalls& calls, const std::filesystem::path& from, const std::filesystem::path& to) {
  const int result = unless_interrupted([&] { return calls.rename(from, to); });
  if (result == -ENOENT) return Renamed::was_not_there;
  if (result < 0) throw_file_error(fmt::format("rename {} to", from.string()), to, -result);
  return Renamed::yes;
}

void sync_folder(FileCalls& calls, const std::filesystem::path& folder) {
  const OpenFile open(calls, folder);
  if (open.file() < 0) throw_file_error("open", folder, -open.file());
  const int result = unless_interrupted([&] { return calls.sync(open.file()); });
  // Some file systems keep names by themselves and refuse to sync a folder.
  if (result < 0 && result != -EINVAL) throw_file_error("sync", folder, -result);
}

std::string_view name_of(std::filesystem::file_type type) {
  using std::filesystem::file_type;
  switch (type) {
    case file_type::regular:
      return "a regular file";
    case file_type::directory:
      return "a folder";
    case file_type::fifo:
      return "a named pipe";
    case file_type::socket:
      return "a socket";
    case file_type::not_found:
      return "not there";
    default:
      return "a device";
  }
}

std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

}  // namespace tuner
