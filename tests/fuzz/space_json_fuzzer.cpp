// A search space from anybody is valid or refused; a valid one survives being written, and its samples lie in it.
#include "core/error.h"
#include "core/search_space.h"
#include "tests/fuzz/fuzzer.h"

namespace {

using tuner::SearchSpace;
using tuner::fuzz::require;

void try_out(const SearchSpace& space) {
  const std::string written = space.to_json();
  require(SearchSpace::from_json(written, "again", tuner::SpaceAuthor::tuner).to_json() == written,
          "a space that was written is read as the same");
  const auto sample = space.sample(1, 0);
  require(space.contains(sample), "a sample lies in its space");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    try_out(SearchSpace::from_json(tuner::fuzz::text(data, size), "fuzz"));
  } catch (const tuner::UserError&) {
    return 0;
  }
  return 0;
}
