#include "storage/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <span>

#include "core/error.h"
#include "storage/event_codec.h"
#include "storage/file.h"
#include "storage/journal_reader.h"

namespace tuner {

namespace {

// Each replacement of a checkpoint under our eyes costs another look; a writer needs seconds between two.
constexpr int kMostLooks = 20;

std::string file_name(const std::filesystem::path& path) {
  return path.filename().string();
}

// Adds the journals to what the checkpoint holds, file after file. A later file counts from its base on: what earlier
// ones hold beyond that was carried into it, or was written by a manager that had been replaced.
class JournalChain {
 public:
  JournalChain(const StudyFiles& names, const Checkpoint& checkpoint, MissingJournal missing)
      : names_(names), facts_(checkpoint.facts), missing_(missing), start_(checkpoint.log.end()), durable_(start_) {}

  // False: this one and all later ones cannot count.
  bool add(std::uint64_t number, Bytes bytes) {
    files_.push_back(std::move(bytes));
    const auto contents = read_journal(files_.back());
    const auto path = names_.journal(number);
    refuse_foreign(path, number, contents);
    if (!contents.in_force()) {
      remark(path, "was interrupted while it was being made; ignored");
      return true;
    }
    if (contents.header->base > end()) {
      accept_gap(path, contents.header->base);
      return false;
    }
    append(path, contents);
    remark_torn_tail(path, contents);
    return true;
  }

  void accept_missing_first() {
    accept_loss(
        fmt::format("{} is missing, though the study did not end clean", names_.journal(facts_.next_journal).string()));
  }

  Sequence end() const { return {start_.value + events_.size()}; }
  Sequence durable() const { return durable_; }
  const std::vector<std::span<const std::byte>>& events() const { return events_; }
  std::vector<std::string> take_remarks() { return std::move(remarks_); }

 private:
  void remark(const std::filesystem::path& path, std::string_view what) {
    remarks_.push_back(fmt::format("{} {}.", file_name(path), what));
  }

  void refuse_foreign(const std::filesystem::path& path, std::uint64_t number, const JournalContents& contents) const {
    if (contents.damage)
      throw DamagedStudy(
          fmt::format("{}, byte {}: {} (the file was changed or its disk is failing). Take this file "
                      "from a copy, or move the journals away and continue from the checkpoint with "
                      "--accept-loss.",
                      path.string(), contents.damage->offset, contents.damage->what));
    if (!contents.header) return;
    if (contents.header->study_id != facts_.study_id)
      throw DamagedStudy(fmt::format("{} belongs to another study (id {}, this one is {}). Move it away.",
                                     path.string(), contents.header->study_id, facts_.study_id));
    if (contents.header->number != number)
      throw DamagedStudy(fmt::format("{} is number {} by its contents (it was renamed). Give it its name back.",
                                     path.string(), contents.header->number));
    if (!contents.in_force() && contents.marked)
      throw DamagedStudy(fmt::format("{} lacks events that it began with. Take this file from a copy.", path.string()));
  }

  void accept_gap(const std::filesystem::path& path, Sequence base) {
    accept_loss(
        fmt::format("a journal before {} is missing (it continues at event {}, the study's files end "
                    "at {})",
                    path.string(), base.value, end().value));
  }

  void accept_loss(const std::string& loss) {
    if (missing_ == MissingJournal::refuse)
      throw DamagedStudy(fmt::format("{}. Put it back, or go on without the results in it with --accept-loss.", loss));
    remarks_.push_back(fmt::format("{}; gone on without it, as --accept-loss says.", loss));
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

  void remark_torn_tail(const std::filesystem::path& path, const JournalContents& contents) {
    if (const auto torn = files_.back().size() - contents.good_bytes; torn > 0)
      remark(path, fmt::format("ends with {} bytes of an unfinished record (its run was interrupted, or is writing it "
                               "now); ignored",
                               torn));
  }

  const StudyFiles& names_;
  const CheckpointFacts& facts_;
  MissingJournal missing_;
  Sequence start_;
  Sequence durable_;
  std::vector<Bytes> files_;
  std::vector<std::span<const std::byte>> events_;  // from start_ on; they point into files_
  std::vector<std::string> remarks_;
};

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

LoadedStudy load_once(const StudyFiles& names, MissingJournal missing, FileCalls& files) {
  auto checkpoint = read_checkpoint(names.study());
  LoadedStudy loaded;
  for_each_event(checkpoint.log.snapshot(),
                 [&](Sequence sequence, auto event) { apply(loaded.study, sequence, event); });
  if (!loaded.study.created() || loaded.study.definition().study_id != checkpoint.facts.study_id)
    throw DamagedStudy(
        fmt::format("{} does not hold the study that it names. Take a copy from before.", names.study().string()));

  loaded.journals = names.journals();
  JournalChain chain(names, checkpoint, missing);
  const bool follows = std::ranges::binary_search(loaded.journals, checkpoint.facts.next_journal);
  if (!follows && checkpoint.facts.end == StudyEnd::journals_follow) chain.accept_missing_first();
  for (const auto number : loaded.journals) {
    if (number < checkpoint.facts.next_journal) continue;
    auto bytes = read_file(files, names.journal(number));
    if (!loaded.cut_off.empty() || (bytes && !chain.add(number, std::move(*bytes)))) loaded.cut_off.push_back(number);
  }

  loaded.log = std::move(checkpoint.log);
  for (const auto event : chain.events()) {
    apply(loaded.study, loaded.log.end(), event);
    loaded.log.append(event);
  }
  loaded.facts = checkpoint.facts;
  loaded.durable = chain.durable();
  loaded.remarks = chain.take_remarks();
  return loaded;
}

}  // namespace

LoadedStudy load_study(const std::filesystem::path& path, MissingJournal missing, FileCalls& files) {
  const StudyFiles names(path);
  for (int look = 1;; ++look) {
    const auto before = facts_of(files, names.study());
    if (!before) throw UserError(fmt::format("there is no study {}. Check the path.", names.study().string()));
    // Where the checkpoint was replaced meanwhile, its journals may be gone: what we saw proves nothing.
    const auto unchanged = [&] { return look == kMostLooks || facts_of(files, names.study()) == before; };
    try {
      auto loaded = load_once(names, missing, files);
      if (unchanged()) return loaded;
    } catch (const DamagedStudy&) {
      if (unchanged()) throw;
    }
  }
}

}  // namespace tuner
