#include "storage/owner.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <random>

#include "storage/file.h"

namespace tuner {

namespace {

using nlohmann::json;

// Each try loses against a process that takes or gives up the study in the same moment.
constexpr int kMostTries = 10;

struct Record {
  ProcessIdentity process;
  std::string token;
  std::string since;
};

std::string random_token() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}", device(), device());
}

std::string to_text(const Record& record) {
  const auto& process = record.process;
  return json{{"token", record.token},
              {"since", record.since},
              {"host", process.host},
              {"machine_id", process.machine_id},
              {"boot_id", process.boot_id},
              {"pid_namespace", process.pid_namespace},
              {"pid", process.pid},
              {"start_ticks", process.start_ticks},
              {"slurm_job", process.slurm_job},
              {"slurm_restarts", process.slurm_restarts}}
      .dump(1, ' ', false, json::error_handler_t::replace);
}

// What cannot be read is left empty, which proves nothing about its writer.
Record from_text(const std::string& text) {
  const auto value = json::parse(text, nullptr, false);
  if (!value.is_object()) return {};
  try {
    return {.process = {.host = value.value("host", ""),
                        .machine_id = value.value("machine_id", ""),
                        .boot_id = value.value("boot_id", ""),
                        .pid_namespace = value.value("pid_namespace", ""),
                        .pid = value.value("pid", std::int64_t{0}),
                        .start_ticks = value.value("start_ticks", std::uint64_t{0}),
                        .slurm_job = value.value("slurm_job", ""),
                        .slurm_restarts = value.value("slurm_restarts", std::int64_t{0})},
            .token = value.value("token", ""),
            .since = value.value("since", "")};
  } catch (const json::exception&) {
    return {};
  }
}

std::optional<std::string> read_text(FileCalls& files, const std::filesystem::path& path) {
  const auto bytes = read_file(files, path);
  if (!bytes) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

// It can neither be made nor read, and never goes away by itself.
void refuse_link_to_nothing(const std::filesystem::path& owner) {
  std::error_code unreadable;
  if (!std::filesystem::is_symlink(std::filesystem::symlink_status(owner, unreadable))) return;
  const auto target = std::filesystem::read_symlink(owner, unreadable);
  if (std::filesystem::exists(owner, unreadable)) return;
  throw UserError(fmt::format("{} is a symbolic link to {}, which is not there. Remove the link.", owner.string(),
                              target.string()));
}

std::string describe(const Record& record) {
  if (record.token.empty()) return "an unknown process";
  const std::string job = record.process.slurm_job.substr(0, record.process.slurm_job.find('@'));
  return fmt::format("host {}, pid {}, {}since {}", record.process.host, record.process.pid,
                     job.empty() ? "" : fmt::format("SLURM job {}, ", job), record.since);
}

// Both times are of the file system's own clock, so that hosts need not agree about the time.
double silence_s(FileCalls& files, const StudyFiles& names, const std::string& token) {
  const auto probe = names.temporary(token);
  const AppendFile made(files, probe);
  const auto now = facts_of(files, probe);
  remove_file(files, probe);
  const auto owner = facts_of(files, names.owner());
  if (!now || !owner) return 0;
  return 1e-9 * static_cast<double>(now->modified_ns - owner->modified_ns);
}

}  // namespace

Owner::Owner(const OwnerRequest& request, std::string token)
    : files_(request.files),
      names_(request.names),
      expiry_s_(request.expiry_s),
      me_(request.me),
      token_(std::move(token)) {}

std::unique_ptr<Owner> Owner::acquire(const OwnerRequest& request) {
  std::unique_ptr<Owner> owner(new Owner(request, random_token()));
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto record =
      to_text({.process = owner->me_, .token = owner->token_, .since = fmt::format("{:%FT%TZ}", fmt::gmtime(now))});
  for (int tries = 0; tries < kMostTries; ++tries) {
    if (owner->create(record)) {
      for (const auto& left : owner->names_.temporaries()) remove_file(owner->files_, left);
      return owner;
    }
    if (const auto other = read_text(owner->files_, owner->names_.owner()))
      owner->replace(*other);
    else
      refuse_link_to_nothing(request.names.owner());
  }
  throw Interrupted(fmt::format("other processes keep taking the study {}. Start only one run of a study.",
                                request.names.study().string()));
}

bool Owner::create(const std::string& record) const {
  const auto file = AppendFile::unless_there(files_, names_.owner());
  if (!file) return false;
  try {
    file->append(as_bytes(record));
    file->sync();
    return true;
  } catch (...) {
    files_.remove(names_.owner());
    throw;
  }
}

// Puts the owner's file out of the way, or throws where its process may live.
void Owner::replace(const std::string& record) {
  const auto other = from_text(record);
  std::string why = "which is gone";
  if (!is_gone(other.process, me_)) {
    const double silent_s = silence_s(files_, names_, token_);
    if (silent_s < expiry_s_)
      throw Interrupted(
          fmt::format("the study {} is being written by {} (last sign of life {:.0f} s ago). Stop that run, or wait: "
                      "after {:.0f} s of silence it is taken over.",
                      names_.study().string(), describe(other), std::max(silent_s, 0.0), expiry_s_));
    why = fmt::format("which has given no sign of life for {:.0f} s", silent_s);
  }
  const auto aside = names_.temporary(token_ + ".owner");
  if (rename_file(files_, names_.owner(), aside) == Renamed::was_not_there) return;
  // Between reading and renaming, another process may have taken the study: it gets its file back.
  if (const auto renamed = read_text(files_, aside); renamed && *renamed != record)
    create(*renamed);
  else
    replaced_ = describe(other) + ", " + why;
  remove_file(files_, aside);
}

Owner::~Owner() {
  try {
    release();
  } catch (const std::exception&) {
    // The next run finds this process gone and takes the study all the same.
  }
}

bool Owner::still_mine() const {
  const auto text = read_text(files_, names_.owner());
  return text && from_text(*text).token == token_;
}

void Owner::require() const {
  if (!released_ && still_mine()) return;
  const auto text = read_text(files_, names_.owner());
  if (!text)
    throw OwnerReplaced(fmt::format(
        "{} is gone (another process removed it, or took the study over and has ended), so nothing more is written "
        "to {}.",
        names_.owner().string(), names_.study().string()));
  throw OwnerReplaced(
      fmt::format("the study {} was taken over by {} (this process was silent for too long). Nothing "
                  "more is written here; what was acknowledged is kept.",
                  names_.study().string(), describe(from_text(*text))));
}

void Owner::refresh() const {
  if (!released_ && still_mine()) files_.touch(names_.owner());
}

void Owner::release() {
  if (released_.exchange(true)) return;
  if (still_mine()) remove_file(files_, names_.owner());
}

std::optional<OwnerSight> look_at_owner(FileCalls& files, const StudyFiles& names) {
  const auto text = read_text(files, names.owner());
  const auto facts = facts_of(files, names.owner());
  if (!text || !facts) return std::nullopt;
  const Record record = from_text(*text);
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  return OwnerSight{describe(record), is_gone(record.process, this_process()),
                    now.count() - 1e-9 * static_cast<double>(facts->modified_ns)};
}

double last_sign_of_life(FileCalls& files, const StudyFiles& names) {
  if (!facts_of(files, names.study())) return 0;
  std::int64_t latest_ns = 0;
  const auto consider = [&](const std::filesystem::path& path) {
    if (const auto facts = facts_of(files, path)) latest_ns = std::max(latest_ns, facts->modified_ns);
  };
  consider(names.owner());
  for (const auto number : names.journals()) consider(names.journal(number));
  return 1e-9 * static_cast<double>(latest_ns);
}

}  // namespace tuner
