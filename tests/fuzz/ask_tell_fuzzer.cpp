// A client's line is a request or a mistake of the client's; nothing else.
#include "core/error.h"
#include "mpi_runner/ask_tell/requests.h"
#include "tests/fuzz/fuzzer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    tuner::request_from(tuner::fuzz::text(data, size));
  } catch (const tuner::UserError&) {
    return 0;
  }
  return 0;
}
