#include "storage/sync_thread.h"

#include <utility>

namespace tuner {

namespace {

using Clock = std::chrono::steady_clock;

void sync_once(Journal& journal) {
  try {
    journal.sync();
  } catch (const OwnerReplaced&) {
    journal.stop_with(std::current_exception(), Journal::Failure::is_final);
  } catch (...) {
    journal.stop_with(std::current_exception(), Journal::Failure::may_pass);
  }
}

void refresh_once(Journal& journal, const Owner& owner) {
  try {
    owner.refresh();
    journal.look();
  } catch (...) {
    journal.stop_with(std::current_exception(), Journal::Failure::may_pass);
  }
}

}  // namespace

BackgroundWork::Work keep_synced(std::shared_ptr<Journal> journal, std::shared_ptr<Owner> owner, double refresh_s) {
  return [journal = std::move(journal), owner = std::move(owner), refresh_s](const std::atomic<bool>&) {
    const auto period = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(refresh_s));
    auto next_refresh = Clock::now() + period;
    while (journal->wait_for_work(next_refresh)) {
      if (journal->has_work()) sync_once(*journal);
      if (Clock::now() < next_refresh) continue;
      refresh_once(*journal, *owner);
      next_refresh = Clock::now() + period;
    }
  };
}

}  // namespace tuner
