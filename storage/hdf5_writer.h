// Builds an HDF5 file in memory, as a few kinds of datasets that every reader of HDF5 understands. In memory, because
// then no disk error can happen inside the library, which does not recover from them, and because all writing goes
// through FileCalls. Datasets have fixed sizes and are contiguous; groups on the way to a path are made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/hdf5_error.h"

namespace tuner {

struct FileImage {
  std::unique_ptr<std::byte, decltype(&std::free)> memory{nullptr, &std::free};
  std::size_t size = 0;

  std::span<const std::byte> bytes() const { return {memory.get(), size}; }
};

// Throws Hdf5Error.
class Hdf5Writer {
 public:
  Hdf5Writer();
  ~Hdf5Writer();
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;

  void group(const std::string& path);
  void dataset(const std::string& path, std::span<const double> values);
  void dataset(const std::string& path, std::span<const std::int64_t> values);
  void dataset(const std::string& path, std::span<const std::uint64_t> values);
  void dataset(const std::string& path, std::span<const std::uint32_t> values);
  void dataset(const std::string& path, std::span<const std::int32_t> values);
  // Codes with names, an HDF5 enumeration: h5dump shows the names, h5py the numbers and the table.
  void dataset(const std::string& path, std::span<const std::int8_t> codes, std::span<const std::string> names);
  void dataset(const std::string& path, std::span<const std::string> texts);
  void text(const std::string& path, std::string_view text);
  // One dataset from pieces that stand one after the other.
  void bytes(const std::string& path, std::span<const std::span<const std::byte>> pieces);

  // Of the object at that path; "/" is the file itself.
  void attribute(const std::string& path, const std::string& name, std::int64_t value);
  void attribute(const std::string& path, const std::string& name, double value);
  void attribute(const std::string& path, const std::string& name, std::string_view value);

  // The whole file. Nothing may be written any more.
  FileImage finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string hdf5_version();  // of the library that runs: "1.10.8"

}  // namespace tuner
