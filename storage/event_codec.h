// Events as bytes: the contents of journal records, of the log in the checkpoint, and of the manager's messages. The
// byte tables are in storage/FORMAT.md.
#pragma once

#include <cstddef>
#include <span>

#include "core/bytes.h"
#include "core/event.h"

namespace tuner {

// Appends the bytes of the event.
void encode(const Event& event, Bytes& out);

// Throws MalformedBytes for anything that encode() does not write.
Event decode(std::span<const std::byte> bytes);

}  // namespace tuner
