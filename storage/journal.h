// The journal that a running manager writes: batches of event records, appended at once and made durable later, by
// another thread. Every file begins with the events that were not known to be durable when it was made, so a new file
// can take the place of one that cannot be trusted any more (a failed sync, half a write), at any time.
//
// The manager's thread writes, the sync thread calls wait_for_work() and sync().
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/bytes.h"
#include "core/ids.h"
#include "storage/file.h"
#include "storage/study_files.h"

namespace tuner {

// Somebody has taken away or changed the file that is written: what it held may be nowhere else on the disk.
struct JournalTaken : Interrupted {
  using Interrupted::Interrupted;
};

// Records of consecutive events (journal_writer.h).
struct JournalBatch {
  Bytes records;
  Sequence end;  // of the event behind the last one
};

struct JournalStart {
  StudyFiles names;
  std::string study_id;
  std::uint64_t number = 1;  // of the first file; must not exist
  Sequence durable;          // events before this one are safe elsewhere
  JournalBatch carried;      // the events from there on, if there are any
  // Throws where this process has been replaced: then no file is made and nothing is acknowledged.
  std::function<void()> still_owner;
};

class Journal {
 public:
  // Makes the first file.
  Journal(FileCalls& files, JournalStart start);

  // Manager. The batch is kept until it is durable. After an error, which may be one of the sync thread, the next
  // write() puts everything that is kept into a new file; an empty batch does just that.
  void write(JournalBatch batch);
  // Goes on in a new file and returns its number.
  std::uint64_t switch_file();
  std::uint64_t next_number() const;  // no file from this one on is in use
  // Any thread. Waits until the file of the last switch, or of the beginning, survives a power cut with its header and
  // the events that it begins with. Its number, or that of the file that took its place because it could not be synced.
  // Nothing where the journal was stopped or has failed; the manager is told of that elsewhere.
  std::optional<std::uint64_t> wait_for_switched_file();
  Sequence durable() const { return Sequence{durable_.load()}; }
  void wait_until_durable();
  // Whether all was durable in time.
  bool wait_until_durable(std::chrono::steady_clock::time_point deadline);

  // Sync thread. False: stop() was called.
  bool wait_for_work(std::chrono::steady_clock::time_point deadline);
  bool has_work() const;
  // Makes durable what is written now, if necessary in a new file. Throws JournalTaken; then nothing is acknowledged.
  void sync();
  // Throws JournalTaken where the file is not what was written any more.
  void look();
  // The manager's next call throws this, once or from now on.
  enum class Failure { may_pass, is_final };
  void stop_with(std::exception_ptr error, Failure failure);

  // Any thread: wait_for_work() returns false from now on.
  void stop();

 private:
  struct File {
    File(FileCalls& files, const std::filesystem::path& path, std::uint64_t file_number)
        : bytes(files, path), number(file_number) {}

    AppendFile bytes;
    const std::uint64_t number;
    bool name_is_durable = false;  // sync thread
    bool was_synced = false;       // guarded by the journal's mutex
  };
  struct Work {
    std::shared_ptr<File> file;
    Sequence end;
  };
  using Lock = std::unique_lock<std::mutex>;

  void throw_failure();
  Sequence end() const;
  bool needs_sync() const;
  void begin_file();
  Work start_sync();
  std::exception_ptr try_sync(const Work& work);
  void require_untouched(const std::shared_ptr<File>& file);  // with the mutex locked
  void acknowledge(const Work& work);

  FileCalls& files_;
  const StudyFiles names_;
  const std::string study_id_;
  const std::function<void()> still_owner_;

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::uint64_t next_number_;
  std::shared_ptr<File> file_;     // none: the next write makes a new one
  std::deque<JournalBatch> kept_;  // from durable_ on
  std::atomic<std::uint64_t> durable_;
  std::uint64_t switched_to_;                          // the number that a checkpoint wants to name
  std::optional<std::uint64_t> durable_since_switch_;  // the first such file that was synced
  std::exception_ptr failure_;
  std::uint64_t failures_ = 0;  // ever
  bool failure_is_final_ = false;
  bool stopped_ = false;
};

}  // namespace tuner
