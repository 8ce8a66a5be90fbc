// Any file is a study, damaged, or something else. What is tried is all that `tuner verify` reads: the event log, what
// can be saved of it, and the tables. HDF5 1.10 does not survive every file, but it reads in a process of its own: what
// ends there is no finding.
#include <pthread.h>
#include <sanitizer/common_interface_defs.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/error.h"
#include "storage/verify.h"

namespace {

// In memory where the system has such a folder: files are written some hundred times a second.
std::filesystem::path place() {
  const std::filesystem::path memory = "/dev/shm";
  const auto folder = std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
  return folder / ("tuner_study_fuzzer." + std::to_string(::getpid()) + ".h5");
}

struct Place {
  const std::filesystem::path path = place();
  ~Place() { std::filesystem::remove(path); }
};

// The fuzzer keeps the input where a sanitizer ends the process, also where that is one that only reads.
void let_readers_die_in_peace() {
  pthread_atfork(nullptr, nullptr, [] { __sanitizer_set_death_callback(nullptr); });
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  let_readers_die_in_peace();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Place file;
  std::ofstream(file.path, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  try {
    tuner::verify_study(file.path);
  } catch (const tuner::UserError&) {
    return 0;  // no study at all
  }
  return 0;
}
