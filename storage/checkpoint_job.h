// A checkpoint from a snapshot of the log, away from the manager's thread: the study is made again from its events, so
// that nothing is shared with the one that goes on.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "storage/background.h"
#include "storage/checkpoint.h"
#include "storage/owner.h"

namespace tuner {

// The first journal of a run that its checkpoint contains and that could not be removed. Any thread.
class KeptJournal {
 public:
  void keep(const std::string& why);
  // Once.
  std::optional<std::string> news();

 private:
  std::mutex mutex_;
  std::optional<std::string> why_;
  bool told_ = false;
};

struct CheckpointJob {
  FileCalls& files;
  StudyFiles names;
  std::shared_ptr<const Owner> owner;
  LogSnapshot log;
  CheckpointFacts facts;
  // Number of the journal that follows, once it survives a power cut; nothing where no checkpoint is wanted any more.
  std::function<std::optional<std::uint64_t>()> wait_for_journal = {};
  std::shared_ptr<KeptJournal> kept_journal = std::make_shared<KeptJournal>();
};

// Waits for its journal, writes the checkpoint that names it and removes the journals that it contains.
BackgroundWork::Work write_checkpoint(CheckpointJob job);

// The same at once, where the study need not be made again.
void write_checkpoint(const CheckpointJob& job, const Study& study);

}  // namespace tuner
