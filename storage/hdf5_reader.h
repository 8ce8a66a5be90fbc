// Reads datasets and attributes of an HDF5 file. The file is not locked: a study is only ever replaced as a whole, so
// an open one never changes. The library does not survive every file: what comes from outside is read in a process of
// its own (reading_process.h), which study_file_reader.h does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "storage/hdf5_error.h"

namespace tuner {

// Throws Hdf5Error.
class Hdf5Reader {
 public:
  explicit Hdf5Reader(const std::filesystem::path& path);
  explicit Hdf5Reader(std::span<const std::byte> image);  // a whole file in memory; copied
  ~Hdf5Reader();
  Hdf5Reader(const Hdf5Reader&) = delete;
  Hdf5Reader& operator=(const Hdf5Reader&) = delete;

  bool has_attribute(const std::string& name) const;
  std::int64_t integer_attribute(const std::string& name) const;
  std::string text_attribute(const std::string& name) const;

  // Into the room of its size that is made for it.
  void byte_dataset(const std::string& path, const std::function<std::span<std::byte>(std::size_t)>& make_room) const;
  std::vector<std::uint32_t> unsigned_dataset(const std::string& path) const;

  // Paths of all datasets, in alphabetical order.
  std::vector<std::string> datasets() const;
  // Type, size and checksum of what a dataset holds: equal for equal contents, wherever they stand in a file.
  std::string fingerprint(const std::string& path) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// By the signature at its beginning; says nothing about whether the rest is whole.
bool is_hdf5(const std::filesystem::path& path);

}  // namespace tuner
