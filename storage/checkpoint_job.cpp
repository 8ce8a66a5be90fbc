#include "storage/checkpoint_job.h"

#include <utility>

#include "storage/event_codec.h"
#include "storage/file.h"

namespace tuner {

namespace {

// Thrown between two events and before the rename.
struct Cancelled {};

void unless(const std::atomic<bool>& cancelled) {
  if (cancelled) throw Cancelled();
}

// Nobody reads it any more, so that one which stays only takes room.
void remove_contained(const CheckpointJob& job, std::uint64_t number) {
  try {
    remove_file(job.files, job.names.journal(number));
  } catch (const std::exception& error) {
    job.kept_journal->keep(error.what());
  }
}

void put_and_clean(const CheckpointJob& job, const FileImage& image, const std::function<void()>& before_rename) {
  put_checkpoint({.files = job.files, .names = job.names, .token = job.owner->token(), .before_rename = before_rename},
                 image);
  for (const auto number : job.names.journals())
    if (number < job.facts.next_journal) remove_contained(job, number);
}

void write_cancellable(CheckpointJob& job, const std::atomic<bool>& cancelled) {
  const auto journal = job.wait_for_journal();
  if (!journal) throw Cancelled();
  job.facts.next_journal = *journal;
  FileImage image;
  {
    Study study;
    for_each_event(job.log, [&](Sequence, std::span<const std::byte> event) {
      unless(cancelled);
      study.apply(decode(event));
    });
    image = make_checkpoint(study, job.log, job.facts);
  }
  unless(cancelled);
  put_and_clean(job, image, [&] {
    unless(cancelled);
    job.owner->require();
  });
}

}  // namespace

void KeptJournal::keep(const std::string& why) {
  const std::lock_guard lock(mutex_);
  if (!why_) why_ = why;
}

std::optional<std::string> KeptJournal::news() {
  const std::lock_guard lock(mutex_);
  if (!why_ || std::exchange(told_, true)) return std::nullopt;
  return *why_ + " The study file contains all that it holds, so the run goes on";
}

BackgroundWork::Work write_checkpoint(CheckpointJob job) {
  return [job = std::move(job)](const std::atomic<bool>& cancelled) mutable {
    try {
      write_cancellable(job, cancelled);
    } catch (const Cancelled&) {
      return;
    }
  };
}

void write_checkpoint(const CheckpointJob& job, const Study& study) {
  put_and_clean(job, make_checkpoint(study, job.log, job.facts), [&] { job.owner->require(); });
}

}  // namespace tuner
