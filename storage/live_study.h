// The state behind a StudyStore once its study is found or made: the study in memory, its journal, and the two threads.
// What its functions promise stands in storage/study_store.h.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/study.h"
#include "storage/checkpoint_job.h"
#include "storage/event_log.h"
#include "storage/journal_writer.h"
#include "storage/load.h"
#include "storage/owner.h"
#include "storage/store_settings.h"
#include "storage/sync_thread.h"

namespace tuner {

class LiveStudy {
 public:
  // What both ways to begin have found or made.
  struct Parts {
    StudyFiles names;
    std::shared_ptr<Owner> owner;
    double predecessor_alive_until = 0;
    Study study = {};
    EventLog log = {};
    std::uint64_t next_journal = 1;
    Sequence durable = {};
    std::vector<std::string> remarks = {};
  };

  LiveStudy(Parts parts, const StoreSettings& settings);
  ~LiveStudy();
  LiveStudy(const LiveStudy&) = delete;
  LiveStudy& operator=(const LiveStudy&) = delete;

  const Study& study() const { return study_; }
  const std::vector<std::string>& remarks() const { return remarks_; }
  double predecessor_alive_until() const { return predecessor_alive_until_; }
  const std::filesystem::path& path() const { return names_.study(); }
  Sequence acknowledged() const { return journal_->durable(); }
  bool checkpoint_running() const { return checkpoint_ && !checkpoint_->done(); }

  Sequence record(const Event& event);
  void commit();
  void wait_until_synced();
  bool checkpoint_due(double now_s) const;
  void start_checkpoint();
  void finish();
  void leave();
  void tell_news_to(std::function<void(const std::string&)> hear) { hear_ = std::move(hear); }

  // How it begins, before start_sync(): for a new study with its first checkpoint, …
  void write_checkpoint_now();
  // … for one that is whole as its files stand. They say how the last run ended and which journals to read; soon they
  // should say so of this one. Until something is recorded, this run's journal holds nothing that is not elsewhere. …
  void begin_as_found();
  // … for one with losses with all that is left. The new journal holds all that is known since the checkpoint; once it
  // is durable, the files that are not whole can go, and the new checkpoint says that nothing of them is missed.
  void go_on_without(const LoadedStudy& loaded);
  void start_sync();

 private:
  struct Kind {
    StudyEnd end;
    std::uint64_t next_journal;
  };

  CheckpointJob job(Kind kind) const;
  void write_anew();
  void tell(const std::string& news);
  void tell_of_kept_journal();
  void remove_journals_of_this_run() noexcept;  // what fails there leaves a journal that adds nothing
  void end_checkpoint();

  const StoreSettings settings_;
  FileCalls& files_;
  const StudyFiles names_;
  const std::shared_ptr<Owner> owner_;
  const double predecessor_alive_until_;
  Study study_;
  EventLog log_;
  std::vector<std::string> remarks_;
  Bytes encoded_;
  JournalBatch batch_;
  const std::shared_ptr<Journal> journal_;
  std::unique_ptr<BackgroundWork> sync_;
  std::unique_ptr<BackgroundWork> checkpoint_;
  std::optional<std::string> taken_;  // what became of a journal, until all that it held is written anew
  const std::shared_ptr<KeptJournal> kept_journal_ = std::make_shared<KeptJournal>();
  std::function<void(const std::string&)> hear_;
  std::optional<std::uint64_t> first_journal_;  // of this run, as long as it has recorded nothing
  Sequence checkpointed_;
  double checkpoint_started_s_ = 0;
  const std::shared_ptr<std::atomic<double>> checkpoint_took_s_ = std::make_shared<std::atomic<double>>(0.0);
};

}  // namespace tuner
