#include "storage/repair.h"

#include <fmt/format.h>

#include <algorithm>

#include "storage/checkpoint_job.h"
#include "storage/file.h"
#include "storage/load.h"

namespace tuner {

namespace {

// A name beside the study's that no study has.
std::filesystem::path unused_name(const StudyFiles& names, FileCalls& files) {
  for (int copy = 1;; ++copy) {
    std::filesystem::path path = fmt::format("{}.damaged.{}", names.study().string(), copy);
    if (!facts_of(files, path) && StudyFiles(path).journals().empty()) return path;
  }
}

// The study and its journals under another name, under which they are a study just as damaged. They do not stay where
// not all of them could be written.
class Originals {
 public:
  Originals(const StudyFiles& names, FileCalls& files) : files_(files), study_(unused_name(names, files)) {
    try {
      const StudyFiles copies(study_);
      copy(names.study(), study_);
      for (const auto number : names.journals()) copy(names.journal(number), copies.journal(number));
      sync_folder(files_, names.folder());
    } catch (...) {
      for (const auto& path : made_) files_.remove(path);
      throw;
    }
  }

  const std::filesystem::path& study() const { return study_; }

 private:
  void copy(const std::filesystem::path& from, const std::filesystem::path& to) {
    const auto bytes = read_file(files_, from);
    if (!bytes) return;
    made_.push_back(to);
    write_new_file(files_, to, *bytes);
  }

  FileCalls& files_;
  std::filesystem::path study_;
  std::vector<std::filesystem::path> made_;
};

// Behind every journal that is there, so that none of them belongs to the study any more.
std::uint64_t next_journal(const LoadedStudy& loaded) {
  const auto last = loaded.journals.empty() ? 0 : loaded.journals.back();
  return std::max(loaded.facts.next_journal, last + 1);
}

}  // namespace

Repair repair_study(const std::filesystem::path& path, FileCalls& files) {
  const StudyFiles names(path);
  load_study(path, MissingJournal::salvage, files);  // what cannot be repaired is refused without a trace
  const std::shared_ptr<const Owner> owner = Owner::acquire({.files = files, .names = names});
  const LoadedStudy loaded = load_study(path, MissingJournal::salvage, files);
  const Originals originals(names, files);

  const CheckpointFacts facts{
      .study_id = loaded.facts.study_id, .next_journal = next_journal(loaded), .end = StudyEnd::clean};
  write_checkpoint({.files = files, .names = names, .owner = owner, .log = loaded.log.snapshot(), .facts = facts},
                   loaded.study);
  Repair repair{.originals = originals.study(), .findings = loaded.remarks};
  repair.findings.insert(repair.findings.end(), loaded.losses.begin(), loaded.losses.end());
  repair.findings.push_back(fmt::format(
      "{} events are whole: {} trials, {} finished. Lost: {}.", loaded.log.end().value, loaded.study.trial_count(),
      loaded.study.finished().size(), loaded.losses.empty() ? "nothing" : lost_text(loaded)));
  return repair;
}

}  // namespace tuner
