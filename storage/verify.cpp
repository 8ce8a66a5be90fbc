#include "storage/verify.h"

#include <fmt/format.h>

#include "core/error.h"
#include "storage/checkpoint.h"
#include "storage/event_codec.h"
#include "storage/file.h"
#include "storage/load.h"
#include "storage/study_file_reader.h"

namespace tuner {

namespace {

// The writer may replace the checkpoint while it is compared; then it is looked at again.
constexpr int kMostComparisons = 20;

class Verifier {
 public:
  Verifier(const StudyFiles& names, FileCalls& files) : names_(names), files_(files) {}

  Verification run() {
    try {
      if (!facts_of(files_, names_.study())) {
        damage(fmt::format("{} is gone.", names_.study().string()));
        tell_what_can_be_recovered();
        return std::move(result_);
      }
      check_log();
      check_tables();
    } catch (const DamagedStudy& error) {
      damage(error.what());
      tell_what_can_be_recovered();
    } catch (const Hdf5Error& error) {
      damage(fmt::format("{}: {}", names_.study().string(), error.what()));
    }
    return std::move(result_);
  }

 private:
  void find(std::string finding) { result_.findings.push_back(std::move(finding)); }
  void damage(std::string finding) {
    find(std::move(finding));
    result_.verdict = Verdict::damaged;
  }

  void tell_what_can_be_recovered() {
    try {
      const auto loaded = load_study(names_.study(), MissingJournal::salvage, files_);
      find(fmt::format("--repair recovers {} events: {} trials, {} finished. Lost: {}.", loaded.log.end().value,
                       loaded.study.trial_count(), loaded.study.finished().size(),
                       loaded.losses.empty() ? "nothing" : lost_text(loaded)));
    } catch (const DamagedStudy& error) {
      find(error.what());
    }
  }

  // Loading checks all that a run depends on.
  void check_log() {
    const auto loaded = load_study(names_.study(), MissingJournal::refuse, files_);
    if (!loaded.remarks.empty()) result_.verdict = Verdict::torn_tail;
    for (const auto& remark : loaded.remarks) find(remark);
    for (const auto number : loaded.journals)
      if (number < loaded.facts.next_journal)
        find(fmt::format("{} is contained in the study file; the next checkpoint removes it.",
                         names_.journal(number).filename().string()));
    find(fmt::format("{} events in order, checksums right: {} trials, {} finished.", loaded.log.end().value,
                     loaded.study.trial_count(), loaded.study.finished().size()));
  }

  void check_tables() {
    const auto checkpoint = read_checkpoint(names_.study());
    if (checkpoint.tuner_version != TUNER_VERSION)
      return find(fmt::format("The tables were written by tuner {} and are not compared by tuner {}.",
                              checkpoint.tuner_version, TUNER_VERSION));
    std::size_t equal = 0;
    for (const auto& [path, state] : compare_tables(names_.study(), made_again(checkpoint))) {
      if (state == TableState::equal)
        ++equal;
      else if (state == TableState::different)
        damage(fmt::format("The table /{} does not say what the event log says (--repair makes it anew).", path));
      else if ("/" + path == kEventChecksums)
        find(fmt::format("The table {} is missing: an older tuner wrote the file.", kEventChecksums));
      else
        damage(fmt::format("The table /{} is missing or cannot be read (--repair makes it anew).", path));
    }
    find(fmt::format("{} tables agree with the event log.", equal));
  }

  static FileImage made_again(const Checkpoint& checkpoint) {
    const auto log = checkpoint.log.snapshot();
    Study study;
    for_each_event(log, [&](Sequence, std::span<const std::byte> event) { study.apply(decode(event)); });
    return make_checkpoint(study, log, checkpoint.facts);
  }

  const StudyFiles& names_;
  FileCalls& files_;
  Verification result_;
};

}  // namespace

Verification verify_study(const std::filesystem::path& path, FileCalls& files) {
  const StudyFiles names(path);
  if (!facts_of(files, names.study()) && names.journals().empty())
    throw UserError(fmt::format("there is no study {}. Check the path.", names.study().string()));
  for (int look = 1;; ++look) {
    const auto before = facts_of(files, names.study());
    auto result = Verifier(names, files).run();
    if (look == kMostComparisons || facts_of(files, names.study()) == before) return result;
  }
}

}  // namespace tuner
