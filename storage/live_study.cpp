#include "storage/live_study.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include "storage/event_codec.h"
#include "storage/file.h"

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

// Events from `start` on as records, to begin a journal with.
JournalBatch records_from(const EventLog& log, Sequence start) {
  JournalBatch batch{.records = {}, .end = log.end()};
  for_each_event(log.snapshot(), [&](Sequence sequence, std::span<const std::byte> event) {
    if (sequence >= start) put_event_record(sequence, event, batch.records);
  });
  return batch;
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

LiveStudy::LiveStudy(Parts parts, const StoreSettings& settings)
    : settings_(settings),
      files_(files_of(settings)),
      names_(std::move(parts.names)),
      owner_(std::move(parts.owner)),
      predecessor_alive_until_(parts.predecessor_alive_until),
      study_(std::move(parts.study)),
      log_(std::move(parts.log)),
      remarks_(std::move(parts.remarks)),
      batch_{.records = {}, .end = log_.end()},
      journal_(std::make_shared<Journal>(files_, JournalStart{.names = names_,
                                                              .study_id = study_.definition().study_id,
                                                              .number = parts.next_journal,
                                                              .durable = parts.durable,
                                                              .carried = records_from(log_, parts.durable),
                                                              .still_owner = [owner = owner_] { owner->require(); }})) {
}

LiveStudy::~LiveStudy() {
  journal_->stop();
  sync_.reset();
  checkpoint_.reset();
  if (first_journal_) remove_journals_of_this_run();
}

void LiveStudy::start_sync() {
  sync_ = std::make_unique<BackgroundWork>(keep_synced(journal_, owner_, settings_.owner_refresh_s));
}

Sequence LiveStudy::record(const Event& event) {
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

void LiveStudy::commit() {
  try {
    journal_->write(std::exchange(batch_, {.records = {}, .end = log_.end()}));
  } catch (const JournalTaken& taken) {
    taken_ = taken.what();
  }
  if (taken_) write_anew();
  if (checkpoint_ && checkpoint_->done()) end_checkpoint();
}

void LiveStudy::wait_until_synced() {
  commit();
  try {
    journal_->wait_until_durable();
  } catch (const JournalTaken& taken) {
    taken_ = taken.what();
    write_anew();
    journal_->wait_until_durable();
  }
}

// What was acknowledged may be in no file any more, but all is in memory. Only the caller's thread tells what is
// acknowledged, so nothing more is before the checkpoint is in its place.
void LiveStudy::write_anew() {
  if (checkpoint_) end_checkpoint();
  first_journal_.reset();
  journal_->switch_file();
  const auto number = journal_->wait_for_switched_file();
  if (!number) {
    journal_->write({.records = {}, .end = log_.end()});  // throws why
    return;
  }
  write_checkpoint(job({.end = StudyEnd::journals_follow, .next_journal = *number}), study_);
  checkpointed_ = log_.end();
  checkpoint_started_s_ = seconds_now();
  tell(fmt::format("{} (only tuner may write there). Everything is written anew, to {} and {}",
                   *std::exchange(taken_, {}), names_.study().string(), names_.journal(*number).filename().string()));
}

void LiveStudy::tell(const std::string& news) {
  if (hear_)
    hear_(news);
  else
    remarks_.push_back(news);
}

void LiveStudy::tell_of_kept_journal() {
  if (const auto news = kept_journal_->news()) tell(*news);
}

bool LiveStudy::checkpoint_due(double now_s) const {
  if (checkpoint_running() || log_.end() == checkpointed_) return false;
  return now_s >= checkpoint_started_s_ +
                      std::max(settings_.checkpoint_every_s, kLeastTimePerWriting * checkpoint_took_s_->load());
}

void LiveStudy::start_checkpoint() {
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

void LiveStudy::write_checkpoint_now() {
  journal_->sync();
  write_checkpoint(job({.end = StudyEnd::journals_follow, .next_journal = *journal_->wait_for_switched_file()}),
                   study_);
  checkpointed_ = log_.end();
  checkpoint_started_s_ = seconds_now();
}

void LiveStudy::go_on_without(const LoadedStudy& loaded) {
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

void LiveStudy::begin_as_found() {
  checkpoint_started_s_ = -std::numeric_limits<double>::infinity();
  first_journal_ = journal_->next_number() - 1;
}

void LiveStudy::finish() {
  first_journal_.reset();
  if (checkpoint_) end_checkpoint();
  wait_until_synced();
  write_checkpoint(job({.end = StudyEnd::clean, .next_journal = journal_->next_number()}), study_);
  tell_of_kept_journal();
  journal_->stop();
  sync_.reset();
  owner_->release();
}

void LiveStudy::leave() {
  const auto deadline = Clock::now() + kTimeToLeave;
  if (checkpoint_) checkpoint_->cancel();
  const bool synced = journal_->wait_until_durable(deadline);
  journal_->stop();
  if (first_journal_)
    remove_journals_of_this_run();
  else
    files_.touch(names_.journal(journal_->next_number() - 1));  // the run's last sign of life, for the ledger
  // An unsynced rest is in the hands of the system: only a power cut could still lose it.
  if (sync_) sync_->leave(synced ? deadline : Clock::now());
  if (checkpoint_) checkpoint_->leave(deadline);
  owner_->release();
}

CheckpointJob LiveStudy::job(Kind kind) const {
  return {.files = files_,
          .names = names_,
          .owner = owner_,
          .log = log_.snapshot(),
          .facts = {.study_id = study_.definition().study_id, .next_journal = kind.next_journal, .end = kind.end},
          .kept_journal = kept_journal_};
}

void LiveStudy::remove_journals_of_this_run() noexcept {
  try {
    owner_->require();
    for (auto number = *first_journal_; number < journal_->next_number(); ++number)
      files_.remove(names_.journal(number));
    first_journal_.reset();
  } catch (const std::exception&) {
    return;
  }
}

void LiveStudy::end_checkpoint() {
  const auto ended = std::exchange(checkpoint_, nullptr);
  ended->finish();
  tell_of_kept_journal();
}

}  // namespace tuner
