#include "storage/load.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <variant>

#include "core/error.h"
#include "core/shell_word.h"
#include "storage/checkpoint_salvage.h"
#include "storage/event_codec.h"
#include "storage/file.h"
#include "storage/journal_reader.h"
#include "storage/study_file_reader.h"

namespace tuner {

namespace {

// Each replacement of a checkpoint under our eyes costs another look; a writer needs seconds between two.
constexpr int kMostLooks = 20;

std::string file_name(const std::filesystem::path& path) {
  return path.filename().string();
}

bool is_result(std::span<const std::byte> event) {
  try {
    return std::holds_alternative<AttemptEnded>(decode(event));
  } catch (const MalformedBytes&) {
    return false;
  }
}

// Adds the journals to what the checkpoint holds, file after file. A later file counts from its base on: what earlier
// ones hold beyond that was carried into it, or was written by a manager that had been replaced.
class JournalChain {
 public:
  JournalChain(const StudyFiles& names, SalvagedCheckpoint& salvaged)
      : names_(names),
        facts_(salvaged.checkpoint.facts),
        start_(salvaged.checkpoint.log.end()),
        durable_(start_),
        remarks_(std::move(salvaged.remarks)),
        losses_(std::move(salvaged.losses)) {
    for (const JournalEvent& event : salvaged.behind) remember(event.sequence, event.bytes);
  }

  void add(std::uint64_t number, Bytes bytes) {
    files_.push_back(std::move(bytes));
    const auto contents = read_journal(files_.back());
    const auto path = names_.journal(number);
    refuse_foreign(path, number, contents);
    if (is_cut_off_) return lose(number, contents);
    if (const auto damage = damage_of(number, contents))
      add_damaged(number, contents, *damage);
    else if (!contents.in_force())
      remark(path, "was interrupted while it was being made; ignored");
    else if (contents.header->base > end())
      cut_off_at(number, contents);
    else
      append_whole(path, contents);
  }

  void add_missing_first() {
    journal_is_missing_ = true;
    losses_.push_back(
        fmt::format("{} is missing, though the study did not end clean", names_.journal(facts_.next_journal).string()));
  }

  Sequence end() const { return {start_.value + events_.size()}; }
  const std::vector<std::span<const std::byte>>& events() const { return events_; }

  void tell(LoadedStudy& loaded) && {
    loaded.checkpointed = start_;
    loaded.durable = durable_;
    loaded.remarks = std::move(remarks_);
    loaded.losses = std::move(losses_);
    loaded.unusable = std::move(unusable_);
    loaded.lost_events = seen_behind(end(), seen_events_);
    loaded.lost_results = seen_behind(end(), seen_results_);
    loaded.journal_is_missing = journal_is_missing_;
  }

 private:
  void remark(const std::filesystem::path& path, std::string_view what) {
    remarks_.push_back(fmt::format("{} {}.", file_name(path), what));
  }

  // Nobody's disk did this: the user can put it right.
  void refuse_foreign(const std::filesystem::path& path, std::uint64_t number, const JournalContents& contents) const {
    if (!contents.header) return;
    if (contents.header->study_id != facts_.study_id)
      throw DamagedStudy(fmt::format("{} belongs to another study (id {}, this one is {}). Move it away.",
                                     path.string(), contents.header->study_id, facts_.study_id));
    if (contents.other_version != 0)
      throw UserError(fmt::format("{} was written by a newer tuner (format {}; this one reads {}). Use that one.",
                                  path.string(), contents.other_version, kJournalVersion));
    if (contents.header->number != number)
      throw DamagedStudy(fmt::format("{} is number {} by its contents (it was renamed). Give it its name back.",
                                     path.string(), contents.header->number));
  }

  // The journal that a checkpoint names was on the disk before it, so its beginning cannot be missing by an
  // interruption.
  std::optional<JournalDamage> damage_of(std::uint64_t number, const JournalContents& contents) const {
    if (contents.damage) return contents.damage;
    if (contents.in_force()) return std::nullopt;
    if (contents.marked) return JournalDamage{contents.good_bytes, "it lacks events that it began with"};
    if (number == facts_.next_journal && facts_.end == StudyEnd::journals_follow)
      return JournalDamage{contents.good_bytes,
                           "the file ends here, though the study file was written after more of it"};
    return std::nullopt;
  }

  void add_damaged(std::uint64_t number, const JournalContents& contents, const JournalDamage& damage) {
    losses_.push_back(fmt::format("{}, byte {}: {} (the file was changed or its disk is failing)",
                                  names_.journal(number).string(), damage.offset, damage.what));
    unusable_.push_back(number);
    if (contents.in_force() && contents.header->base <= end()) append(names_.journal(number), contents);
    remember(contents);
  }

  void cut_off_at(std::uint64_t number, const JournalContents& contents) {
    // Behind damage that was told this is no news.
    if (losses_.empty()) {
      journal_is_missing_ = true;
      losses_.push_back(
          fmt::format("a journal before {} is missing (it continues at event {}, the study's files end at {})",
                      names_.journal(number).string(), contents.header->base.value, end().value));
    }
    is_cut_off_ = true;
    lose(number, contents);
  }

  void lose(std::uint64_t number, const JournalContents& contents) {
    unusable_.push_back(number);
    remember(contents);
  }

  // Events may stand in several files, and in a later one that counts: only the end tells which are lost.
  void remember(const JournalContents& contents) {
    for (std::uint64_t i = 0; i < contents.events.size(); ++i)
      remember({contents.header->base.value + i}, contents.events[i]);
    for (const auto& event : contents.behind_damage) remember(event.sequence, event.bytes);
  }
  void remember(Sequence sequence, std::span<const std::byte> event) {
    seen_events_.insert(sequence);
    if (is_result(event)) seen_results_.insert(sequence);
  }

  static std::uint64_t seen_behind(Sequence end, const std::set<Sequence>& seen) {
    return static_cast<std::uint64_t>(std::distance(seen.lower_bound(end), seen.end()));
  }

  void append_whole(const std::filesystem::path& path, const JournalContents& contents) {
    append(path, contents);
    if (const auto torn = files_.back().size() - contents.good_bytes; torn > 0)
      remark(path, fmt::format("ends with {} bytes of an unfinished record (its run was interrupted, or is writing it "
                               "now); ignored",
                               torn));
  }

  void append(const std::filesystem::path& path, const JournalContents& contents) {
    const auto base = contents.header->base;
    if (const auto carried_to = base.value + contents.header->carried; end().value > carried_to)
      remarks_.push_back(fmt::format("{} events before {} are ignored (a manager that had been replaced wrote them).",
                                     end().value - carried_to, file_name(path)));
    events_.resize(base > start_ ? base.value - start_.value : 0);
    const auto known = std::min<std::uint64_t>(base < start_ ? start_.value - base.value : 0, contents.events.size());
    events_.insert(events_.end(), contents.events.begin() + static_cast<std::ptrdiff_t>(known), contents.events.end());
    durable_ = std::max(durable_, contents.durable);
  }

  const StudyFiles& names_;
  const CheckpointFacts& facts_;
  Sequence start_;
  Sequence durable_;
  std::vector<Bytes> files_;
  std::vector<std::span<const std::byte>> events_;  // from start_ on; they point into files_
  std::vector<std::string> remarks_;
  std::vector<std::string> losses_;
  std::vector<std::uint64_t> unusable_;
  std::set<Sequence> seen_events_;  // in files that are unusable
  std::set<Sequence> seen_results_;
  bool is_cut_off_ = false;
  bool journal_is_missing_ = false;
};

void refuse_losses(const std::filesystem::path& study, const LoadedStudy& loaded) {
  if (loaded.losses.empty()) return;
  throw DamagedStudy(fmt::format(
      "{}. Put the file back from a copy, or run `tuner verify {} --repair` (or say --accept-loss): then "
      "the study goes "
      "on with {} finished trials and loses {}.",
      fmt::join(loaded.losses, "; "), shell_word(study.string()), loaded.study.finished().size(), lost_text(loaded)));
}

void apply(Study& study, Sequence sequence, std::span<const std::byte> event) {
  try {
    study.apply(decode(event));
  } catch (const MalformedBytes& error) {
    throw DamagedStudy(fmt::format("event {} of the study cannot be read ({}). Take the study's files from a copy.",
                                   sequence.value, error.what()));
  } catch (const DamagedStudy& error) {
    throw DamagedStudy(
        fmt::format("event {} of the study contradicts what came before ({}). Take the study's files from a copy.",
                    sequence.value, error.what()));
  }
}

// The study file as far as it can be read, with the id and the first of the journals where it cannot tell them.
SalvagedCheckpoint salvaged_checkpoint(const StudyFiles& names, FileCalls& files) {
  SalvagedCheckpoint salvaged;
  if (facts_of(files, names.study()))
    salvaged = salvage_checkpoint(names.study());
  else
    salvaged.losses.push_back(fmt::format("{} is gone", names.study().string()));
  if (salvaged.losses.empty()) return salvaged;

  CheckpointFacts& facts = salvaged.checkpoint.facts;
  for (const auto number : names.journals()) {
    facts.next_journal = std::min(facts.next_journal, number);
    const auto header = read_journal(read_file(files, names.journal(number)).value_or(Bytes{})).header;
    if (facts.study_id.empty() && header) facts.study_id = header->study_id;
  }
  return salvaged;
}

[[noreturn]] void refuse_to_begin_without_beginning(const StudyFiles& names, const LoadedStudy& loaded) {
  const std::string tables = tables_text(names.study());
  throw DamagedStudy(fmt::format(
      "{}; no file holds the beginning of the study, so that nothing can be recovered (seen: {} events, {} results). "
      "{}Take {} from a copy, however old: its journals go on from there where they reach so far back.",
      fmt::join(loaded.losses, "; "), loaded.lost_events, loaded.lost_results,
      tables.empty() ? "" : fmt::format("But {}. ", tables), names.study().filename().string()));
}

LoadedStudy load_once(const StudyFiles& names, MissingJournal missing, FileCalls& files) {
  SalvagedCheckpoint salvaged;
  if (missing == MissingJournal::salvage)
    salvaged = salvaged_checkpoint(names, files);
  else
    salvaged.checkpoint = read_checkpoint(names.study());
  auto& checkpoint = salvaged.checkpoint;
  LoadedStudy loaded;
  for_each_event(checkpoint.log.snapshot(),
                 [&](Sequence sequence, auto event) { apply(loaded.study, sequence, event); });
  if (salvaged.losses.empty() &&
      (!loaded.study.created() || loaded.study.definition().study_id != checkpoint.facts.study_id))
    throw DamagedStudy(
        fmt::format("{} does not hold the study that it names. Take a copy from before.", names.study().string()));

  loaded.journals = names.journals();
  JournalChain chain(names, salvaged);
  const bool follows = std::ranges::binary_search(loaded.journals, checkpoint.facts.next_journal);
  if (!follows && checkpoint.facts.end == StudyEnd::journals_follow) chain.add_missing_first();
  for (const auto number : loaded.journals) {
    if (number < checkpoint.facts.next_journal) continue;
    if (auto bytes = read_file(files, names.journal(number))) chain.add(number, std::move(*bytes));
  }

  loaded.log = std::move(checkpoint.log);
  for (const auto event : chain.events()) {
    apply(loaded.study, loaded.log.end(), event);
    loaded.log.append(event);
  }
  loaded.facts = checkpoint.facts;
  std::move(chain).tell(loaded);
  if (!loaded.study.created()) refuse_to_begin_without_beginning(names, loaded);
  loaded.facts.study_id = loaded.study.definition().study_id;
  if (missing == MissingJournal::refuse) refuse_losses(names.study(), loaded);
  return loaded;
}

}  // namespace

std::optional<FilesSeen> look_at_files(const StudyFiles& names, FileCalls& files) {
  const auto study = facts_of(files, names.study());
  if (!study) return std::nullopt;
  FilesSeen seen{.study = *study, .journals = {}};
  for (const auto number : names.journals())
    if (const auto journal = facts_of(files, names.journal(number))) seen.journals[number] = *journal;
  return seen;
}

std::string lost_text(const LoadedStudy& loaded) {
  const auto count = [](std::uint64_t number, std::string_view what) {
    return fmt::format("at least {} {}{}", number, what, number == 1 ? "" : "s");
  };
  if (loaded.lost_results > 0) return count(loaded.lost_results, "result");
  if (loaded.journal_is_missing) return "an unknown number of results";
  if (loaded.lost_events > 0) return count(loaded.lost_events, "event") + ", no result that can be seen";
  return "no result that can be seen";
}

LoadedStudy load_study(const std::filesystem::path& path, MissingJournal missing, FileCalls& files) {
  const StudyFiles names(path);
  for (int look = 1;; ++look) {
    const auto before = look_at_files(names, files);
    if (!before && (missing != MissingJournal::salvage || names.journals().empty()))
      throw UserError(fmt::format("there is no study {}. {}", names.study().string(),
                                  names.journals().empty()
                                      ? "Check the path."
                                      : fmt::format("But there are its journals: see what `tuner verify {} --repair` "
                                                    "recovers.",
                                                    shell_word(names.study().string()))));
    // Where the checkpoint was replaced meanwhile, its journals may be gone: what we saw proves nothing.
    const auto unchanged = [&] {
      const auto now = facts_of(files, names.study());
      return look == kMostLooks || (before ? now == before->study : !now);
    };
    try {
      auto loaded = load_once(names, missing, files);
      if (before) loaded.files = *before;
      if (unchanged()) return loaded;
    } catch (const DamagedStudy&) {
      if (unchanged()) throw;
    }
  }
}

}  // namespace tuner
