// How a StudyStore keeps a study.
#pragma once

#include "storage/file_calls.h"

namespace tuner {

struct StoreSettings {
  double checkpoint_every_s = 60;
  double owner_expiry_s = 120;  // an owner that cannot be shown to be gone is replaced after this time of silence
  double owner_refresh_s = 1;   // how exactly the ledger knows when a run was killed
  FileCalls* files = nullptr;   // none: those of the operating system
};

inline FileCalls& files_of(const StoreSettings& settings) {
  return settings.files == nullptr ? system_files() : *settings.files;
}

}  // namespace tuner
