// A checkpoint from a snapshot of the log, away from the manager's thread: the study is made again from its events, so
// that nothing is shared with the one that goes on.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "storage/background.h"
#include "storage/checkpoint.h"
#include "storage/owner.h"

namespace tuner {

struct CheckpointJob {
  FileCalls& files;
  StudyFiles names;
  std::shared_ptr<const Owner> owner;
  LogSnapshot log;
  CheckpointFacts facts;
  // Number of the journal that follows, once it survives a power cut; nothing where no checkpoint is wanted any more.
  std::function<std::optional<std::uint64_t>()> wait_for_journal = {};
};

// Waits for its journal, writes the checkpoint that names it and removes the journals that it contains.
BackgroundWork::Work write_checkpoint(CheckpointJob job);

// The same at once, where the study need not be made again.
void write_checkpoint(const CheckpointJob& job, const Study& study);

}  // namespace tuner
