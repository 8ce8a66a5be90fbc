// A study that this process writes: its state in memory, its journal and checkpoint on disk, and the ownership of both.
//
// One thread (the manager) calls everything here. Two threads work behind it: one makes what was committed survive a
// power cut and keeps the ownership fresh, one at a time writes a checkpoint. What goes wrong there is thrown by the
// next commit() or waiting call. Formats and rules: storage/FORMAT.md.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/event.h"
#include "core/study.h"
#include "storage/load.h"
#include "storage/store_settings.h"

namespace tuner {

class LiveStudy;
class Owner;

class StudyStore {
 public:
  // Makes a new study: owner, first journal, StudyCreated. The checkpoint file exists when this returns. Throws
  // UserError where the file exists already, Interrupted where another process is making it.
  static std::unique_ptr<StudyStore> create(const std::filesystem::path& path, const StudyDefinition& definition,
                                            const StoreSettings& settings = {});
  // Takes an existing study over. What people should know about its files is in remarks(). Throws UserError where there
  // is none, Interrupted where another process writes it, DamagedStudy.
  static std::unique_ptr<StudyStore> open(const std::filesystem::path& path, MissingJournal missing,
                                          const StoreSettings& settings = {});
  // The same for a study that was looked at before, so that it could be refused without a trace. Throws Interrupted
  // where another run has changed it since.
  static std::unique_ptr<StudyStore> take_over(const std::filesystem::path& path, LoadedStudy seen,
                                               const StoreSettings& settings = {});
  // Nothing recorded since the study was taken over: leaves its files as they were. Else, without finish() or leave():
  // what was committed stays in the journals, the next run takes over at once.
  ~StudyStore();
  StudyStore(const StudyStore&) = delete;
  StudyStore& operator=(const StudyStore&) = delete;

  const Study& study() const;
  const std::vector<std::string>& remarks() const;
  // When the run that was replaced last showed that it lived, seconds since 1970; 0 where there was none that had begun
  // something and not ended it.
  double predecessor_alive_until() const;
  const std::filesystem::path& path() const;  // of the file itself, where the given path was a symbolic link

  // What people should know of from now on, while the study runs; without it, that is added to remarks(). Called by
  // functions of this class.
  void tell_news_to(std::function<void(const std::string&)> hear);

  // Applies the event to the study and keeps its bytes for the next commit. Throws DamagedStudy where the event
  // contradicts the study; then nothing is recorded.
  Sequence record(const Event& event);
  // One write of all that was recorded; before it returns, nothing that was recorded may be acted upon. Throws
  // Interrupted (disk full, replaced by another owner, …), also for what went wrong in the threads; then the events are
  // kept, and a later commit() tries again.
  void commit();
  // Every event before this one survives a power cut.
  Sequence acknowledged() const;
  // Returns when all that was committed is acknowledged. Throws Interrupted.
  void wait_until_synced();

  // Time for a checkpoint: the interval is over, writing stays below 1 % of the time, there is something new.
  // `now_s`: seconds of std::chrono::steady_clock.
  bool checkpoint_due(double now_s) const;
  // Switches journals and hands a snapshot to its thread; returns at once. Needs a commit() before.
  void start_checkpoint();
  bool checkpoint_running() const;

  // The end of a run: all is synced, the checkpoint holds everything and says so, the journals are removed.
  void finish();
  // Within a second: what was committed is synced, running checkpoints are given up, the next run takes over at once.
  void leave();

 private:
  explicit StudyStore(std::unique_ptr<LiveStudy> live);
  struct Taken;
  static Taken take(const StudyFiles& names, const StoreSettings& settings);
  static std::unique_ptr<StudyStore> go_on(const StudyFiles& names, Taken taken, LoadedStudy loaded,
                                           const StoreSettings& settings);

  std::unique_ptr<LiveStudy> live_;
};

}  // namespace tuner
