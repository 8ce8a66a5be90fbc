// What the thread behind a running study does: make the journal durable whenever something was written, and give the
// owner's signs of life in between, and look whether the journal is still there.
#pragma once

#include <memory>

#include "storage/background.h"
#include "storage/journal.h"
#include "storage/owner.h"

namespace tuner {

// Ends when the journal is stopped. Errors become the journal's.
BackgroundWork::Work keep_synced(std::shared_ptr<Journal> journal, std::shared_ptr<Owner> owner, double refresh_s);

}  // namespace tuner
