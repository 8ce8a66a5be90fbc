#include "storage/journal.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "storage/journal_writer.h"

namespace tuner {

Journal::Journal(FileCalls& files, JournalStart start)
    : files_(files),
      names_(std::move(start.names)),
      study_id_(std::move(start.study_id)),
      still_owner_(std::move(start.still_owner)),
      next_number_(start.number),
      durable_(start.durable.value),
      switched_to_(start.number) {
  if (!start.carried.records.empty()) kept_.push_back(std::move(start.carried));
  begin_file();
}

void Journal::write(JournalBatch batch) {
  const Lock lock(mutex_);
  const bool is_new = !batch.records.empty();
  if (is_new) kept_.push_back(std::move(batch));
  try {
    throw_failure();
    if (!file_)
      begin_file();
    else if (is_new)
      file_->bytes.append(kept_.back().records);
  } catch (...) {
    // The file lacks this batch, or ends with half a record: nothing can stand behind it.
    file_.reset();
    throw;
  }
  changed_.notify_all();
}

std::uint64_t Journal::switch_file() {
  const Lock lock(mutex_);
  begin_file();
  switched_to_ = next_number_ - 1;
  durable_since_switch_.reset();
  changed_.notify_all();
  return switched_to_;
}

std::uint64_t Journal::next_number() const {
  const Lock lock(mutex_);
  return next_number_;
}

std::optional<std::uint64_t> Journal::wait_for_switched_file() {
  Lock lock(mutex_);
  const auto failed_before = failures_;
  changed_.wait(lock, [&] { return durable_since_switch_ || stopped_ || failure_ || failures_ != failed_before; });
  return durable_since_switch_;
}

void Journal::wait_until_durable() {
  Lock lock(mutex_);
  changed_.wait(lock, [this] { return failure_ || kept_.empty(); });
  throw_failure();
}

bool Journal::wait_until_durable(std::chrono::steady_clock::time_point deadline) {
  Lock lock(mutex_);
  changed_.wait_until(lock, deadline, [this] { return failure_ || kept_.empty(); });
  return kept_.empty();
}

bool Journal::wait_for_work(std::chrono::steady_clock::time_point deadline) {
  Lock lock(mutex_);
  changed_.wait_until(lock, deadline, [this] { return stopped_ || needs_sync(); });
  return !stopped_;
}

bool Journal::has_work() const {
  const Lock lock(mutex_);
  return needs_sync();
}

void Journal::sync() {
  auto work = start_sync();
  if (try_sync(work)) {
    // The system has forgotten what it could not write, so the events go into a new file. If that one cannot be synced
    // either, the disk needs somebody's help.
    work = start_sync();
    if (const auto failure = try_sync(work)) std::rethrow_exception(failure);
  }
  still_owner_();
  {
    const Lock lock(mutex_);
    require_untouched(work.file);
  }
  acknowledge(work);
}

void Journal::look() {
  const Lock lock(mutex_);
  if (file_ && !failure_ && !stopped_) require_untouched(file_);
}

void Journal::stop_with(std::exception_ptr error, Failure failure) {
  const Lock lock(mutex_);
  failure_ = std::move(error);
  failure_is_final_ = failure == Failure::is_final;
  ++failures_;
  changed_.notify_all();
}

void Journal::stop() {
  const Lock lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

void Journal::throw_failure() {
  if (!failure_) return;
  const auto failure = failure_;
  if (!failure_is_final_) failure_ = nullptr;
  changed_.notify_all();
  std::rethrow_exception(failure);
}

Sequence Journal::end() const {
  return kept_.empty() ? durable() : kept_.back().end;
}

// Also a file without events: what a checkpoint names must be there after a power cut, or its absence proves nothing.
bool Journal::needs_sync() const {
  return !failure_ && (!kept_.empty() || (file_ && !file_->was_synced));
}

// The number follows the last one without a gap, and a file that is there is never passed over: it is that of the run
// that has replaced this one, and a file behind it would count more than it.
void Journal::begin_file() {
  still_owner_();
  const auto number = next_number_;
  const auto path = names_.journal(number);
  Bytes bytes;
  put_journal_header(
      {.study_id = study_id_, .number = number, .base = durable(), .carried = end().value - durable().value}, bytes);
  for (const auto& batch : kept_) bytes.insert(bytes.end(), batch.records.begin(), batch.records.end());

  auto file = std::make_shared<File>(files_, path, number);
  try {
    file->bytes.append(bytes);
  } catch (...) {
    // On a full disk even an unfinished file takes room. A reader would ignore it.
    files_.remove(path);
    throw;
  }
  file_ = std::move(file);
  next_number_ = number + 1;
}

Journal::Work Journal::start_sync() {
  const Lock lock(mutex_);
  if (!file_) begin_file();
  return {.file = file_, .end = end()};
}

std::exception_ptr Journal::try_sync(const Work& work) {
  try {
    work.file->bytes.sync();
    if (!work.file->name_is_durable) sync_folder(files_, names_.folder());
    work.file->name_is_durable = true;
    return nullptr;
  } catch (...) {
    const Lock lock(mutex_);
    if (file_ == work.file) file_.reset();
    return std::current_exception();
  }
}

void Journal::require_untouched(const std::shared_ptr<File>& file) {
  const auto tampering = file->bytes.tampering();
  if (!tampering) return;
  const auto path = file->bytes.path();
  if (file_ == file) file_.reset();
  throw JournalTaken(fmt::format("{} {} while the study was running", path.string(), *tampering));
}

void Journal::acknowledge(const Work& work) {
  const Lock lock(mutex_);
  work.file->was_synced = true;
  if (!durable_since_switch_ && work.file->number >= switched_to_) durable_since_switch_ = work.file->number;
  if (file_ == work.file) {
    Bytes mark;
    put_mark(work.end, mark);
    try {
      file_->bytes.append(mark);
    } catch (const std::exception&) {
      // The events are safe, only the mark is not. The next write goes to a new file and tells if the disk stays full.
      file_.reset();
    }
  }
  durable_ = std::max(durable_.load(), work.end.value);
  while (!kept_.empty() && kept_.front().end <= work.end) kept_.pop_front();
  changed_.notify_all();
}

}  // namespace tuner
