// Any file is a study, damaged, or something else. What is tried is what every command reads of it: the attributes of
// the root and the event log. HDF5 1.10 itself does not survive every file: it reads beyond its memory in H5Aopen,
// frees what it never had in H5Ovisit, and takes seconds and gigabytes for a broken heap. The tables, which only
// `tuner verify` reads, are left out; what is left still finds faults of HDF5, so CI does not run this one.
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/bytes.h"
#include "core/error.h"
#include "core/study.h"
#include "storage/checkpoint.h"
#include "storage/event_codec.h"
#include "tests/fuzz/fuzzer.h"

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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Place file;
  std::ofstream(file.path, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  try {
    const auto checkpoint = tuner::read_checkpoint(file.path);
    tuner::Study study;
    tuner::for_each_event(checkpoint.log.snapshot(), [&](tuner::Sequence, std::span<const std::byte> event) {
      study.apply(tuner::decode(event));
    });
  } catch (const tuner::UserError&) {
    return 0;
  } catch (const tuner::DamagedStudy&) {
    return 0;
  } catch (const tuner::MalformedBytes&) {
    return 0;
  }
  return 0;
}
