#include "storage/verify.h"

#include <fmt/format.h>

#include "core/error.h"
#include "storage/checkpoint.h"
#include "storage/event_codec.h"
#include "storage/file.h"
#include "storage/hdf5_reader.h"
#include "storage/load.h"

namespace tuner {

namespace {

// The writer may replace the checkpoint while it is compared; then it is looked at again.
constexpr int kMostLooks = 20;

class Verifier {
 public:
  Verifier(const StudyFiles& names, FileCalls& files) : names_(names), files_(files) {}

  Verification run() {
    try {
      check_log();
      check_tables();
    } catch (const DamagedStudy& error) {
      damage(error.what());
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
    const Hdf5Reader file(names_.study());
    if (const auto writer = file.text_attribute("tuner_version"); writer != TUNER_VERSION)
      return find(
          fmt::format("The tables were written by tuner {} and are not compared by tuner {}.", writer, TUNER_VERSION));
    const auto made_again = make_again();
    const Hdf5Reader expected(made_again.bytes());
    std::size_t equal = 0;
    // Only what should be there is looked for: the library survives few attempts to list what a damaged file holds.
    for (const auto& path : expected.datasets()) {
      if (const auto found = fingerprint(file, path); found.empty())
        damage(fmt::format("The table /{} is missing or cannot be read (--repair makes it anew).", path));
      else if (found != expected.fingerprint(path))
        damage(fmt::format("The table /{} does not say what the event log says (--repair makes it anew).", path));
      else
        ++equal;
    }
    find(fmt::format("{} tables agree with the event log.", equal));
  }

  static std::string fingerprint(const Hdf5Reader& file, const std::string& path) {
    try {
      return file.fingerprint(path);
    } catch (const Hdf5Error&) {
      return "";
    }
  }

  FileImage make_again() const {
    const auto checkpoint = read_checkpoint(names_.study());
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
  for (int look = 1;; ++look) {
    const auto before = facts_of(files, names.study());
    auto result = Verifier(names, files).run();
    if (look == kMostLooks || facts_of(files, names.study()) == before) return result;
  }
}

}  // namespace tuner
