// Where the study of a session lives: in its study file, as in a run, or in memory only, where it ends with the
// program. One thread.
#pragma once

#include <memory>

#include "core/event.h"
#include "core/study.h"
#include "storage/study_store.h"

namespace tuner {

class KeptStudy {
 public:
  KeptStudy() = default;
  KeptStudy(const KeptStudy&) = delete;
  KeptStudy& operator=(const KeptStudy&) = delete;
  virtual ~KeptStudy() = default;

  // As those of StudyStore.
  virtual const Study& study() const = 0;
  virtual void record(const Event& event) = 0;
  virtual void commit() = 0;
  virtual void wait_until_synced() = 0;
  virtual void finish() = 0;
  virtual void leave() = 0;

  // Between two requests: what is due now and then, a checkpoint.
  virtual void tend() = 0;
};

std::unique_ptr<KeptStudy> keep_in_file(std::unique_ptr<StudyStore> store);
std::unique_ptr<KeptStudy> keep_in_memory(const StudyDefinition& definition);

}  // namespace tuner
