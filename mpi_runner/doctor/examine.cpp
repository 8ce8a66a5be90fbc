#include "mpi_runner/doctor/examine.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <system_error>

#include "core/error.h"
#include "mpi_runner/clock.h"
#include "mpi_runner/doctor/within.h"
#include "mpi_runner/machine.h"
#include "mpi_runner/plugin_call.h"
#include "mpi_runner/rank_placement.h"
#include "mpi_runner/unique_fd.h"
#include "storage/digest.h"

namespace tuner {
namespace {

namespace fs = std::filesystem;

constexpr double kFilePatience_s = 15;
constexpr double kPluginPatience_s = 20;

void require(bool worked, const char* what) {
  if (!worked) throw std::system_error(errno, std::generic_category(), what);
}

// By f_type of statfs(2); only those that people compute on.
std::string type_of(long number) {
  constexpr std::array<std::pair<long, const char*>, 12> kKnown = {{{0xEF53, "ext4"},
                                                                    {0x58465342, "xfs"},
                                                                    {0x9123683E, "btrfs"},
                                                                    {0x01021994, "tmpfs"},
                                                                    {0x794C7630, "overlay"},
                                                                    {0x2FC12FC1, "zfs"},
                                                                    {0x6969, "nfs"},
                                                                    {0x0BD00BD0, "lustre"},
                                                                    {0x47504653, "gpfs"},
                                                                    {0x19830326, "beegfs"},
                                                                    {0x00C36400, "ceph"},
                                                                    {0xFF534D42, "cifs"}}};
  const auto found = std::ranges::find(kKnown, number, [](const auto& known) { return known.first; });
  return found == kKnown.end() ? fmt::format("0x{:x}", number) : found->second;
}

bool can_lock(int file) {
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return fcntl(file, F_SETLK, &lock) == 0;
}

// What a study does there: makes a file that must be new, syncs it, renames it.
void try_out(const fs::path& file, FolderReport& report) {
  const fs::path renamed = file.string() + ".renamed";
  UniqueFd fd(::open(file.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600));
  require(static_cast<bool>(fd), "create a file");
  const UniqueFd again(::open(file.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600));
  if (again) report.error = "O_EXCL does not keep a second writer out";
  report.locks = can_lock(fd.get());
  const std::string page(4096, 'x');
  const double start_s = steady_time_s();
  require(::write(fd.get(), page.data(), page.size()) == static_cast<ssize_t>(page.size()), "write");
  require(::fsync(fd.get()) == 0, "fsync");
  report.sync_ms = 1e3 * (steady_time_s() - start_s);
  require(::rename(file.c_str(), renamed.c_str()) == 0, "rename");
  require(::unlink(renamed.c_str()) == 0, "remove a file");
}

FolderReport look_at_folder(const fs::path& folder, const std::string& marker, std::uint64_t rank) {
  FolderReport report;
  struct statfs facts {};
  if (::statfs(folder.c_str(), &facts) == 0) {
    report.type = type_of(facts.f_type);
    report.free_bytes = static_cast<std::uint64_t>(facts.f_bavail) * static_cast<std::uint64_t>(facts.f_bsize);
    report.free_files = facts.f_files == 0 ? 0 : std::max<std::uint64_t>(1, facts.f_ffree);
  }
  std::error_code unseen;
  report.sees_rank_0 = fs::exists(folder / marker, unseen);
  try {
    try_out(folder / fmt::format("{}.{}", marker, rank), report);
  } catch (const std::system_error& error) {
    report.error = error.what();
  }
  return report;
}

PluginReport look_at_plugin(const fs::path& file) {
  PluginReport report;
  if (file.empty()) return report;
  try {
    HostLaunch launch;
    launch.executable = find_host_executable();
    launch.plugin = file;
    launch.start_timeout_s = kPluginPatience_s;
    report.sha256 = sha256_of_file(file);
    report.version = describe_plugin(launch).version;
  } catch (const std::exception& error) {
    report.error = error.what();
  }
  return report;
}

std::vector<std::string> unreadable_of(const std::vector<std::string>& files) {
  std::vector<std::string> unreadable;
  for (const std::string& file : files) {
    const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    char first = 0;
    const int error = fd && ::read(fd.get(), &first, 1) >= 0 ? 0 : errno;
    if (error != 0) unreadable.push_back(fmt::format("{} ({})", file, std::generic_category().message(error)));
  }
  return unreadable;
}

std::string first_word_of(const char* file) {
  std::ifstream in(file);
  std::string word;
  in >> word;
  return word;
}

// Cores' worth of time: version 2 of control groups, then version 1.
double cpu_limit() {
  std::ifstream v2("/sys/fs/cgroup/cpu.max");
  double quota = 0;
  double period = 0;
  if (v2 >> quota >> period && period > 0) return quota / period;
  const std::string quota_us = first_word_of("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
  const std::string period_us = first_word_of("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  if (quota_us.empty() || quota_us.starts_with('-') || period_us.empty()) return 0;
  return std::stod(quota_us) / std::stod(period_us);
}

std::uint64_t available_memory() {
  std::ifstream facts("/proc/meminfo");
  for (std::string line; std::getline(facts, line);) {
    std::istringstream words(line);
    std::string name;
    std::uint64_t kilobytes = 0;
    if (words >> name >> kilobytes && name == "MemAvailable:") return kilobytes * 1024;
  }
  return 0;
}

std::string too_slow(const char* what, double patience_s) {
  return fmt::format("{} did not come back within {} s", what, patience_s);
}

}  // namespace

std::string to_text(const Examination& examination) {
  return nlohmann::json{examination.folder.string(), examination.marker, examination.plugin.string(),
                        examination.inputs}
      .dump();
}

Examination examination_from_text(const std::string& text) {
  const auto fields = nlohmann::json::parse(text);
  return {fields.at(0).get<std::string>(), fields.at(1), fields.at(2).get<std::string>(), fields.at(3)};
}

void write_marker(const fs::path& file) {
  const UniqueFd fd(::open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600));
  require(static_cast<bool>(fd) && ::fsync(fd.get()) == 0, "create a file");
}

RankReport examine(const Examination& examination, std::uint64_t rank) {
  RankReport report;
  report.rank = rank;
  report.host = host_name();
  report.resources = own_resources();
  report.cpu_limit = cpu_limit();
  report.memory_bytes = available_memory();
  report.build = sha256_of_file("/proc/self/exe");
  const auto folder = within<FolderReport>(
      kFilePatience_s,
      [=, folder = examination.folder, marker = examination.marker] { return look_at_folder(folder, marker, rank); });
  report.folder = folder.value_or(FolderReport{.error = too_slow("the folder", kFilePatience_s)});
  const auto plugin =
      within<PluginReport>(2 * kPluginPatience_s, [file = examination.plugin] { return look_at_plugin(file); });
  report.plugin = plugin.value_or(PluginReport{.error = too_slow("the plugin", 2 * kPluginPatience_s)});
  const auto unreadable =
      within<std::vector<std::string>>(kFilePatience_s, [files = examination.inputs] { return unreadable_of(files); });
  report.unreadable = unreadable.value_or(std::vector{too_slow("a data file", kFilePatience_s)});
  return report;
}

}  // namespace tuner
