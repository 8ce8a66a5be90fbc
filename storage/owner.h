// Who may write a study: the process whose token stands in study.h5.owner. It reads the file again before everything
// that counts, so that a process which was paused and replaced finds out. No reliance on locks, which network file
// systems do not agree about.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "core/error.h"
#include "storage/file_calls.h"
#include "storage/process_identity.h"
#include "storage/study_files.h"

namespace tuner {

// Another process has taken the study over: nothing may be written any more.
struct OwnerReplaced : Interrupted {
  using Interrupted::Interrupted;
};

struct OwnerRequest {
  FileCalls& files;
  StudyFiles names;
  double expiry_s = 120;
  ProcessIdentity me = this_process();
};

// Used by several threads.
class Owner {
 public:
  // Takes the study at once where nobody has it or its owner is gone, and after the time of silence where the owner
  // cannot be asked. Temporary files of earlier owners are removed, so that none of them can still be renamed. Throws
  // Interrupted where the study is being written.
  static std::unique_ptr<Owner> acquire(const OwnerRequest& request);
  ~Owner();  // releases
  Owner(const Owner&) = delete;
  Owner& operator=(const Owner&) = delete;

  const std::string& token() const { return token_; }
  // "host a, pid 12" where the study was taken from an owner that had not released it.
  const std::optional<std::string>& replaced() const { return replaced_; }

  void require() const;  // throws OwnerReplaced
  void refresh() const;  // a sign of life
  void release();

 private:
  Owner(const OwnerRequest& request, std::string token);

  bool still_mine() const;
  bool create(const std::string& record) const;
  void replace(const std::string& record);

  FileCalls& files_;
  const StudyFiles names_;
  const double expiry_s_;
  const ProcessIdentity me_;
  const std::string token_;
  std::optional<std::string> replaced_;
  std::atomic<bool> released_ = false;
};

// Who has a study, seen by somebody who changes nothing.
struct OwnerSight {
  std::string description;  // "host a, pid 12, since 2024-05-31T14:03:59Z"
  bool gone = false;        // provably
  double silent_s = 0;      // since its last sign of life, by this machine's clock
};

// Nothing where nobody has the study.
std::optional<OwnerSight> look_at_owner(FileCalls& files, const StudyFiles& names);

// Of the run that wrote the study last and did not end it: when it last touched its owner file or wrote into a journal.
// Seconds since 1970, by the clock of the file system; 0 where it has left neither, or there is no study.
double last_sign_of_life(FileCalls& files, const StudyFiles& names);

}  // namespace tuner
