#include "mpi_runner/dead_segments.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdint>
#include <fstream>
#include <sstream>

namespace tuner {
namespace {

namespace fs = std::filesystem;

// The header of a segment (opal_shmem_seg_hdr_t of Open MPI 4): a lock, and the process that made it.
pid_t creator_of(const fs::path& segment) {
  struct {
    std::int32_t lock = 0;
    std::int32_t creator = 0;
  } header;
  std::ifstream file(segment, std::ios::binary);
  file.read(reinterpret_cast<char*>(&header), sizeof header);
  return file ? header.creator : 0;
}

std::string contents(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

// A zombie is dead, whoever should bury it. The number may be another process's by now, which does not have the segment
// in its memory.
bool is_dead(pid_t creator, const fs::path& segment) {
  const fs::path process = fmt::format("/proc/{}", creator);
  std::error_code error;
  if (!fs::exists(process, error)) return !error;
  const std::string stat = contents(process / "stat");
  const std::size_t state = stat.rfind(") ");
  if (state != std::string::npos && stat.compare(state, 3, ") Z") == 0) return true;
  const std::string maps = contents(process / "maps");
  return !maps.empty() && maps.find(segment.filename().string()) == std::string::npos;
}

bool belongs_to(const fs::path& file, uid_t user) {
  struct stat facts {};
  return lstat(file.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_uid == user;
}

}  // namespace

std::size_t remove_dead_segments(const fs::path& folder, const std::string& host, uid_t user) {
  const std::string prefix = fmt::format("vader_segment.{}.{}.", host, user);  // then the job and the rank on its node
  std::size_t removed = 0;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const fs::path& file = entry->path();
    if (!file.filename().string().starts_with(prefix) || !belongs_to(file, user)) continue;
    const pid_t creator = creator_of(file);
    std::error_code ignored;
    if (creator > 0 && is_dead(creator, file) && fs::remove(file, ignored)) ++removed;
  }
  return removed;
}

}  // namespace tuner
