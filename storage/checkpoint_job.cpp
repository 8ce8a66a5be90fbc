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

void put_and_clean(const CheckpointJob& job, const FileImage& image, const std::function<void()>& before_rename) {
  put_checkpoint({.files = job.files, .names = job.names, .token = job.owner->token(), .before_rename = before_rename},
                 image);
  for (const auto number : job.names.journals())
    if (number < job.facts.next_journal) remove_file(job.files, job.names.journal(number));
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
