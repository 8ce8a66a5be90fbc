#include "storage/study_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "storage/event_codec.h"
#include "storage/file.h"
#include "storage/journal_reader.h"
#include "storage/live_study.h"

namespace tuner {
namespace {

std::shared_ptr<Owner> acquire(const StudyFiles& names, const StoreSettings& settings) {
  return Owner::acquire({.files = files_of(settings), .names = names, .expiry_s = settings.owner_expiry_s});
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
    const bool is_beginning = contents.header && contents.header->base == Sequence{};
    if (contents.events.size() > (is_beginning ? 1U : 0U) || contents.damage)
      throw UserError(
          fmt::format("{} holds results of a study that is not there any more. Put {} back, see what `tuner "
                      "verify {} --repair` recovers, or move the journal away.",
                      path.string(), names.study().filename().string(), names.study().string()));
    remove_file(files, path);
  }
}

// Where the disk keeps the journal too, the next run recognizes it as empty.
void forget_beginning(const StudyFiles& names, FileCalls& files) {
  try {
    if (!facts_of(files, names.study())) remove_empty_journals(names, files);
  } catch (const std::exception&) {
  }
}

}  // namespace

StudyStore::StudyStore(std::unique_ptr<LiveStudy> live) : live_(std::move(live)) {}
StudyStore::~StudyStore() = default;

std::unique_ptr<StudyStore> StudyStore::create(const std::filesystem::path& path, const StudyDefinition& definition,
                                               const StoreSettings& settings) {
  const StudyFiles names(path);
  auto& files = files_of(settings);
  const auto owner = acquire(names, settings);
  refuse_existing(names, files);
  remove_empty_journals(names, files);

  const StudyCreated created{definition.to_json()};
  LiveStudy::Parts parts{.names = names, .owner = owner};
  parts.study.apply(created);
  Bytes encoded;
  encode(created, encoded);
  parts.log.append(encoded);
  // The first journal holds the first event as well, so that it is whole by itself.
  parts.durable = Sequence{};

  try {
    auto live = std::make_unique<LiveStudy>(std::move(parts), settings);
    live->write_checkpoint_now();
    live->start_sync();
    return std::unique_ptr<StudyStore>(new StudyStore(std::move(live)));
  } catch (const std::exception&) {
    forget_beginning(names, files);
    throw;
  }
}

struct StudyStore::Taken {
  double predecessor_alive_until;
  std::shared_ptr<Owner> owner;
};

StudyStore::Taken StudyStore::take(const StudyFiles& names, const StoreSettings& settings) {
  auto& files = files_of(settings);
  const double alive_until = last_sign_of_life(files, names);  // before its traces are removed
  auto owner = acquire(names, settings);
  // What the previous run has renamed may not be durable yet, and all that follows builds on it.
  sync_folder(files, names.folder());
  return {alive_until, std::move(owner)};
}

std::unique_ptr<StudyStore> StudyStore::open(const std::filesystem::path& path, MissingJournal missing,
                                             const StoreSettings& settings) {
  const StudyFiles names(path);
  auto& files = files_of(settings);
  if (!facts_of(files, names.study()))
    throw UserError(fmt::format("there is no study {}. Check the path, or leave out --resume to begin one.",
                                names.study().string()));
  Taken taken = take(names, settings);
  return go_on(names, std::move(taken), load_study(path, missing, files), settings);
}

std::unique_ptr<StudyStore> StudyStore::take_over(const std::filesystem::path& path, LoadedStudy seen,
                                                  const StoreSettings& settings) {
  const StudyFiles names(path);
  auto& files = files_of(settings);
  Taken taken = take(names, settings);
  if (look_at_files(names, files) != seen.files)
    throw Interrupted(
        fmt::format("the study {} was changed by another run in this moment. Start again.", names.study().string()));
  return go_on(names, std::move(taken), std::move(seen), settings);
}

std::unique_ptr<StudyStore> StudyStore::go_on(const StudyFiles& names, Taken taken, LoadedStudy loaded,
                                              const StoreSettings& settings) {
  LiveStudy::Parts parts{
      .names = names, .owner = std::move(taken.owner), .predecessor_alive_until = taken.predecessor_alive_until};
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

  auto live = std::make_unique<LiveStudy>(std::move(parts), settings);
  if (loaded.losses.empty())
    live->begin_as_found();
  else
    live->go_on_without(loaded);
  live->start_sync();
  return std::unique_ptr<StudyStore>(new StudyStore(std::move(live)));
}

const Study& StudyStore::study() const {
  return live_->study();
}
const std::vector<std::string>& StudyStore::remarks() const {
  return live_->remarks();
}
double StudyStore::predecessor_alive_until() const {
  return live_->predecessor_alive_until();
}
const std::filesystem::path& StudyStore::path() const {
  return live_->path();
}
void StudyStore::tell_news_to(std::function<void(const std::string&)> hear) {
  live_->tell_news_to(std::move(hear));
}
Sequence StudyStore::record(const Event& event) {
  return live_->record(event);
}
void StudyStore::commit() {
  live_->commit();
}
Sequence StudyStore::acknowledged() const {
  return live_->acknowledged();
}
void StudyStore::wait_until_synced() {
  live_->wait_until_synced();
}
bool StudyStore::checkpoint_due(double now_s) const {
  return live_->checkpoint_due(now_s);
}
void StudyStore::start_checkpoint() {
  live_->start_checkpoint();
}
bool StudyStore::checkpoint_running() const {
  return live_->checkpoint_running();
}
void StudyStore::finish() {
  live_->finish();
}
void StudyStore::leave() {
  live_->leave();
}

}  // namespace tuner
