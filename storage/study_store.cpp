#include "storage/study_store.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>

#include "core/error.h"
#include "storage/checkpoint_job.h"
#include "storage/event_codec.h"
#include "storage/file.h"
#include "storage/journal_reader.h"
#include "storage/journal_writer.h"
#include "storage/sync_thread.h"

namespace tuner {

namespace {

using Clock = std::chrono::steady_clock;

// Writing may take one part in so many of the time.
constexpr double kLeastTimePerWriting = 100;
// mpirun gives 2 s from its first signal to the kill; half of it is promised.
constexpr std::chrono::milliseconds kTimeToLeave{800};

double seconds_now() {
  return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

FileCalls& files_of(const StoreSettings& settings) {
  return settings.files == nullptr ? system_files() : *settings.files;
}

std::shared_ptr<Owner> acquire(const StudyFiles& names, const StoreSettings& settings) {
  return Owner::acquire({.files = files_of(settings), .names = names, .expiry_s = settings.owner_expiry_s});
}

// Events from `start` on as records, to begin a journal with.
JournalBatch records_from(const EventLog& log, Sequence start) {
  JournalBatch batch{.records = {}, .end = log.end()};
  for_each_event(log.snapshot(), [&](Sequence sequence, std::span<const std::byte> event) {
    if (sequence >= start) put_event_record(sequence, event, batch.records);
  });
  return batch;
}

void refuse_existing(const StudyFiles& names, FileCalls& files) {
  if (facts_of(files, names.study()))
    throw UserError(fmt::format("{} exists already. Continue it with --resume, or choose another file with --study.",
                                names.study().string()));
}

// Journals without a study: of a run that was killed while it made one, or of a study whose file was taken away.
void remove_empty_journals(const StudyFiles& names, FileCalls& files) {
  for (const auto number : names.journals()) {
    const auto path = names.journal(number);
    const auto bytes = read_file(files, path).value_or(Bytes{});
    const auto contents = read_journal(bytes);
    if (!contents.events.empty() || contents.damage)
      throw UserError(
          fmt::format("{} holds results of a study that is not there any more. Put {} back, or move the "
                      "journal away.",
                      path.string(), names.study().filename().string()));
    remove_file(files, path);
  }
}

// What the user went on without is kept under a name that nobody reads: somebody may want to look at it. Returns it.
std::filesystem::path set_aside(const std::filesystem::path& journal, FileCalls& files) {
  auto aside = journal;
  aside += ".lost";
  for (int copy = 2; facts_of(files, aside); ++copy) aside = journal.string() + ".lost." + std::to_string(copy);
  rename_file(files, journal, aside);
  return aside;
}

}  // namespace

class StudyStore::Implementation {
 public:
  // What both ways to begin have found or made.
  struct Parts {
    StudyFiles names;
    std::shared_ptr<Owner> owner;
    Study study = {};
    EventLog log = {};
    std::uint64_t next_journal = 1;
    Sequence durable = {};
    std::vector<std::string> remarks = {};
  };

  Implementation(Parts parts, const StoreSettings& settings)
      : settings_(settings),
        files_(files_of(settings)),
        names_(std::move(parts.names)),
        owner_(std::move(parts.owner)),
        study_(std::move(parts.study)),
        log_(std::move(parts.log)),
        remarks_(std::move(parts.remarks)),
        batch_{.records = {}, .end = log_.end()},
        journal_(
            std::make_shared<Journal>(files_, JournalStart{.names = names_,
                                                           .study_id = study_.definition().study_id,
                                                           .number = parts.next_journal,
                                                           .durable = parts.durable,
                                                           .carried = records_from(log_, parts.durable),
                                                           .still_owner = [owner = owner_] { owner->require(); }})) {}

  ~Implementation() {
    journal_->stop();
    sync_.reset();
    checkpoint_.reset();
    if (first_journal_) remove_journals_of_this_run();
  }

  void start_sync() {
    sync_ = std::make_unique<BackgroundWork>(keep_synced(journal_, owner_, settings_.owner_refresh_s));
  }

  const Study& study() const { return study_; }
  const std::vector<std::string>& remarks() const { return remarks_; }
  const std::filesystem::path& path() const { return names_.study(); }
  Sequence acknowledged() const { return journal_->durable(); }
  bool checkpoint_running() const { return checkpoint_ && !checkpoint_->done(); }

  Sequence record(const Event& event) {
    study_.apply(event);
    first_journal_.reset();
    const auto sequence = log_.end();
    encoded_.clear();
    encode(event, encoded_);
    log_.append(encoded_);
    put_event_record(sequence, encoded_, batch_.records);
    batch_.end = log_.end();
    return sequence;
  }

  void commit() {
    journal_->write(std::exchange(batch_, {.records = {}, .end = log_.end()}));
    if (checkpoint_ && checkpoint_->done()) end_checkpoint();
  }

  void wait_until_synced() {
    commit();
    journal_->wait_until_durable();
  }

  bool checkpoint_due(double now_s) const {
    if (checkpoint_running() || log_.end() == checkpointed_) return false;
    return now_s >= checkpoint_started_s_ +
                        std::max(settings_.checkpoint_every_s, kLeastTimePerWriting * checkpoint_took_s_->load());
  }

  void start_checkpoint() {
    if (!batch_.records.empty()) throw std::logic_error("a checkpoint starts after a commit");
    if (checkpoint_running()) throw std::logic_error("a checkpoint is running");
    if (checkpoint_) end_checkpoint();
    first_journal_.reset();
    auto next = job({.end = StudyEnd::journals_follow, .next_journal = journal_->switch_file()});
    next.wait_for_journal = [journal = journal_] { return journal->wait_for_switched_file(); };
    const auto work = write_checkpoint(std::move(next));
    checkpointed_ = log_.end();
    checkpoint_started_s_ = seconds_now();
    checkpoint_ =
        std::make_unique<BackgroundWork>([work, took_s = checkpoint_took_s_](const std::atomic<bool>& cancelled) {
          const double started_s = seconds_now();
          work(cancelled);
          *took_s = seconds_now() - started_s;
        });
  }

  // Before start_sync(): nobody else syncs the journal that it names.
  void write_checkpoint_now() {
    journal_->sync();
    write_checkpoint(job({.end = StudyEnd::journals_follow, .next_journal = *journal_->wait_for_switched_file()}),
                     study_);
    checkpointed_ = log_.end();
    checkpoint_started_s_ = seconds_now();
  }

  // The new journal holds all that is known since the checkpoint; once it is durable, the files that are not whole can
  // go, and the new checkpoint says that nothing of them is missed.
  void go_on_without(const LoadedStudy& loaded) {
    journal_->sync();
    std::vector<std::string> kept;
    for (const auto number : loaded.unusable)
      kept.push_back(set_aside(names_.journal(number), files_).filename().string());
    sync_folder(files_, names_.folder());
    write_checkpoint_now();
    remarks_.push_back(fmt::format("{}; gone on with {} finished trials, as --accept-loss says. Lost: {}{}.",
                                   fmt::join(loaded.losses, "; "), study_.finished().size(), lost_text(loaded),
                                   kept.empty() ? "" : fmt::format(" (kept as {})", fmt::join(kept, ", "))));
  }

  // The file says how the last run ended and which journals to read: soon it should say so of this one. Until something
  // is recorded, this run's journal holds nothing that does not stand elsewhere.
  void begin_as_found() {
    checkpoint_started_s_ = -std::numeric_limits<double>::infinity();
    first_journal_ = journal_->next_number() - 1;
  }

  void finish() {
    first_journal_.reset();
    if (checkpoint_) end_checkpoint();
    wait_until_synced();
    write_checkpoint(job({.end = StudyEnd::clean, .next_journal = journal_->next_number()}), study_);
    journal_->stop();
    sync_.reset();
    owner_->release();
  }

  void leave() {
    const auto deadline = Clock::now() + kTimeToLeave;
    if (checkpoint_) checkpoint_->cancel();
    const bool synced = journal_->wait_until_durable(deadline);
    journal_->stop();
    if (first_journal_) remove_journals_of_this_run();
    // An unsynced rest is in the hands of the system: only a power cut could still lose it.
    if (sync_) sync_->leave(synced ? deadline : Clock::now());
    if (checkpoint_) checkpoint_->leave(deadline);
    owner_->release();
  }

 private:
  struct Kind {
    StudyEnd end;
    std::uint64_t next_journal;
  };

  CheckpointJob job(Kind kind) const {
    return {.files = files_,
            .names = names_,
            .owner = owner_,
            .log = log_.snapshot(),
            .facts = {.study_id = study_.definition().study_id, .next_journal = kind.next_journal, .end = kind.end}};
  }

  // What fails here leaves a journal that adds nothing.
  void remove_journals_of_this_run() noexcept {
    try {
      owner_->require();
      for (auto number = *first_journal_; number < journal_->next_number(); ++number)
        files_.remove(names_.journal(number));
      first_journal_.reset();
    } catch (const std::exception&) {
      return;
    }
  }

  void end_checkpoint() {
    const auto ended = std::exchange(checkpoint_, nullptr);
    ended->finish();
  }

  const StoreSettings settings_;
  FileCalls& files_;
  const StudyFiles names_;
  const std::shared_ptr<Owner> owner_;
  Study study_;
  EventLog log_;
  std::vector<std::string> remarks_;
  Bytes encoded_;
  JournalBatch batch_;
  const std::shared_ptr<Journal> journal_;
  std::unique_ptr<BackgroundWork> sync_;
  std::unique_ptr<BackgroundWork> checkpoint_;
  std::optional<std::uint64_t> first_journal_;  // of this run, as long as it has recorded nothing
  Sequence checkpointed_;
  double checkpoint_started_s_ = 0;
  const std::shared_ptr<std::atomic<double>> checkpoint_took_s_ = std::make_shared<std::atomic<double>>(0.0);
};

StudyStore::StudyStore(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
StudyStore::~StudyStore() = default;

std::unique_ptr<StudyStore> StudyStore::create(const std::filesystem::path& path, const StudyDefinition& definition,
                                               const StoreSettings& settings) {
  const StudyFiles names(path);
  auto& files = files_of(settings);
  refuse_existing(names, files);
  auto owner = acquire(names, settings);
  refuse_existing(names, files);
  remove_empty_journals(names, files);

  const StudyCreated created{definition.to_json()};
  Implementation::Parts parts{.names = names, .owner = std::move(owner)};
  parts.study.apply(created);
  Bytes encoded;
  encode(created, encoded);
  parts.log.append(encoded);
  // The first event stands in the first checkpoint, which is durable before this returns.
  parts.durable = parts.log.end();

  auto implementation = std::make_unique<Implementation>(std::move(parts), settings);
  implementation->write_checkpoint_now();
  implementation->start_sync();
  return std::unique_ptr<StudyStore>(new StudyStore(std::move(implementation)));
}

std::unique_ptr<StudyStore> StudyStore::open(const std::filesystem::path& path, MissingJournal missing,
                                             const StoreSettings& settings) {
  const StudyFiles names(path);
  auto& files = files_of(settings);
  if (!facts_of(files, names.study()))
    throw UserError(fmt::format("there is no study {}. Check the path, or leave out --resume to begin one.",
                                names.study().string()));
  auto owner = acquire(names, settings);
  // What the previous run has renamed may not be durable yet, and all that follows builds on it.
  sync_folder(files, names.folder());
  return go_on(names, std::move(owner), load_study(path, missing, files), settings);
}

std::unique_ptr<StudyStore> StudyStore::take_over(const std::filesystem::path& path, LoadedStudy seen,
                                                  const StoreSettings& settings) {
  const StudyFiles names(path);
  auto& files = files_of(settings);
  auto owner = acquire(names, settings);
  sync_folder(files, names.folder());
  if (look_at_files(names, files) != seen.files)
    throw Interrupted(
        fmt::format("the study {} was changed by another run in this moment. Start again.", names.study().string()));
  return go_on(names, std::move(owner), std::move(seen), settings);
}

std::unique_ptr<StudyStore> StudyStore::go_on(const StudyFiles& names, std::shared_ptr<Owner> owner, LoadedStudy loaded,
                                              const StoreSettings& settings) {
  Implementation::Parts parts{.names = names, .owner = std::move(owner)};
  if (parts.owner->replaced())
    parts.remarks.push_back(
        fmt::format("{} was left by {}; taken over.", names.study().filename().string(), *parts.owner->replaced()));
  parts.remarks.insert(parts.remarks.end(), loaded.remarks.begin(), loaded.remarks.end());
  parts.study = std::move(loaded.study);
  parts.log = std::move(loaded.log);
  // What was read from a damaged file is written anew, so that nothing depends on that file any more.
  parts.durable = loaded.losses.empty() ? loaded.durable : loaded.checkpointed;
  parts.next_journal = loaded.facts.next_journal;
  if (!loaded.journals.empty()) parts.next_journal = std::max(parts.next_journal, loaded.journals.back() + 1);

  auto implementation = std::make_unique<Implementation>(std::move(parts), settings);
  if (loaded.losses.empty())
    implementation->begin_as_found();
  else
    implementation->go_on_without(loaded);
  implementation->start_sync();
  return std::unique_ptr<StudyStore>(new StudyStore(std::move(implementation)));
}

const Study& StudyStore::study() const {
  return implementation_->study();
}
const std::vector<std::string>& StudyStore::remarks() const {
  return implementation_->remarks();
}
const std::filesystem::path& StudyStore::path() const {
  return implementation_->path();
}
Sequence StudyStore::record(const Event& event) {
  return implementation_->record(event);
}
void StudyStore::commit() {
  implementation_->commit();
}
Sequence StudyStore::acknowledged() const {
  return implementation_->acknowledged();
}
void StudyStore::wait_until_synced() {
  implementation_->wait_until_synced();
}
bool StudyStore::checkpoint_due(double now_s) const {
  return implementation_->checkpoint_due(now_s);
}
void StudyStore::start_checkpoint() {
  implementation_->start_checkpoint();
}
bool StudyStore::checkpoint_running() const {
  return implementation_->checkpoint_running();
}
void StudyStore::finish() {
  implementation_->finish();
}
void StudyStore::leave() {
  implementation_->leave();
}

}  // namespace tuner
