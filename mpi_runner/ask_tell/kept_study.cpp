#include "mpi_runner/ask_tell/kept_study.h"

#include <utility>

#include "core/escaped_text.h"
#include "mpi_runner/clock.h"
#include "mpi_runner/say.h"

namespace tuner {
namespace {

class InFile : public KeptStudy {
 public:
  explicit InFile(std::unique_ptr<StudyStore> store) : store_(std::move(store)) {
    store_->tell_news_to([](const std::string& news) { say(escaped_lines(news)); });
  }

  const Study& study() const override { return store_->study(); }
  void record(const Event& event) override { store_->record(event); }
  void commit() override { store_->commit(); }
  void wait_until_synced() override { store_->wait_until_synced(); }
  void finish() override { store_->finish(); }
  void leave() override { store_->leave(); }
  void tend() override {
    if (!store_->checkpoint_due(steady_time_s())) return;
    store_->commit();
    store_->start_checkpoint();
  }

 private:
  std::unique_ptr<StudyStore> store_;
};

class InMemory : public KeptStudy {
 public:
  explicit InMemory(const StudyDefinition& definition) { study_.apply(StudyCreated{definition.to_json()}); }

  const Study& study() const override { return study_; }
  void record(const Event& event) override { study_.apply(event); }
  void commit() override {}
  void wait_until_synced() override {}
  void finish() override {}
  void leave() override {}
  void tend() override {}

 private:
  Study study_;
};

}  // namespace

std::unique_ptr<KeptStudy> keep_in_file(std::unique_ptr<StudyStore> store) {
  return std::make_unique<InFile>(std::move(store));
}

std::unique_ptr<KeptStudy> keep_in_memory(const StudyDefinition& definition) {
  return std::make_unique<InMemory>(definition);
}

}  // namespace tuner
