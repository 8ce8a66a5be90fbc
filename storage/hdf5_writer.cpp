#include "storage/hdf5_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "storage/hdf5_handle.h"

namespace tuner {

// The library's memory for the image. It grows through `resize` and would be freed when the file is closed; we keep it.
struct ImageMemory {
  void* memory = nullptr;
  std::size_t capacity = 0;
};

namespace {

using hdf5::check;
using hdf5::Handle;

// By which the image grows; the kernel moves large blocks without copying them.
constexpr std::size_t kImageStepBytes = 1 << 20;
// Attributes share one object header message of at most 64 KiB with their own header.
constexpr std::size_t kMostAttributeBytes = 32 << 10;

void* resize_image(void* old, std::size_t size, H5FD_file_image_op_t, void* udata) {
  auto* image = static_cast<ImageMemory*>(udata);
  void* memory = std::realloc(old, size);
  if (memory == nullptr) return nullptr;
  image->memory = memory;
  image->capacity = size;
  return memory;
}

herr_t keep_image(void*, H5FD_file_image_op_t, void*) {
  return 0;
}
void* same_udata(void* udata) {
  return udata;
}
herr_t free_no_udata(void*) {
  return 0;
}

Handle make_file(ImageMemory& image) {
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "make an access list");
  check(H5Pset_fapl_core(access, kImageStepBytes, 0), "choose memory as the place of a file");
  H5FD_file_image_callbacks_t callbacks{.image_malloc = nullptr,
                                        .image_memcpy = nullptr,
                                        .image_realloc = resize_image,
                                        .image_free = keep_image,
                                        .udata_copy = same_udata,
                                        .udata_free = free_no_udata,
                                        .udata = &image};
  check(H5Pset_file_image_callbacks(access, &callbacks), "choose memory as the place of a file");
  return {H5Fcreate("study", H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose, "make a file in memory"};
}

Handle making_groups() {
  Handle list(H5Pcreate(H5P_LINK_CREATE), H5Pclose, "make a link list");
  check(H5Pset_create_intermediate_group(list, 1), "make groups on the way");
  check(H5Pset_char_encoding(list, H5T_CSET_UTF8), "name things in UTF-8");
  return list;
}

// HDF5 clears the whole buffer, by default 1 MiB, for each dataset of texts or enumerations.
Handle small_buffer() {
  constexpr std::size_t kBytes = std::size_t{64} << 10;
  Handle list(H5Pcreate(H5P_DATASET_XFER), H5Pclose, "make a transfer list");
  check(H5Pset_buffer(list, kBytes, nullptr, nullptr), "choose a buffer");
  return list;
}

Handle array_of(std::size_t size) {
  const hsize_t dimension = size;
  return {H5Screate_simple(1, &dimension, nullptr), H5Sclose, "make a data space"};
}

Handle text_type(std::size_t size) {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose, "make a text type");
  check(H5Tset_size(type, size), "make a text type");
  check(H5Tset_cset(type, H5T_CSET_UTF8), "make a text type");
  return type;
}

Handle enumeration(std::span<const std::string> names) {
  Handle type(H5Tenum_create(H5T_NATIVE_INT8), H5Tclose, "make an enumeration");
  for (std::size_t code = 0; code < names.size(); ++code) {
    const auto value = static_cast<std::int8_t>(code);
    check(H5Tenum_insert(type, names[code].c_str(), &value), "name a code");
  }
  return type;
}

}  // namespace

struct Hdf5Writer::State {
  hdf5::SilentErrors silent;
  ImageMemory image;
  std::optional<Handle> file{make_file(image)};
  Handle links{making_groups()};
  Handle transfer{small_buffer()};

  ~State() {
    file.reset();
    std::free(image.memory);
  }

  Handle make(const std::string& path, hid_t type, hid_t space) {
    return {H5Dcreate2(*file, path.c_str(), type, space, links, H5P_DEFAULT, H5P_DEFAULT), H5Dclose,
            ("make the dataset " + path).c_str()};
  }

  void write(const std::string& path, hid_t type, std::size_t size, const void* data) {
    const Handle dataset = make(path, type, array_of(size));
    if (size > 0) check(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, transfer, data), ("write " + path).c_str());
  }

  void attribute(const std::string& path, const std::string& name, hid_t type, const void* value) {
    const Handle object(H5Oopen(*file, path.c_str(), H5P_DEFAULT), H5Oclose, ("open " + path).c_str());
    const Handle scalar(H5Screate(H5S_SCALAR), H5Sclose, "make a data space");
    const Handle made(H5Acreate2(object, name.c_str(), type, scalar, H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
                      ("make the attribute " + name).c_str());
    check(H5Awrite(made, type, value), ("write the attribute " + name).c_str());
  }
};

Hdf5Writer::Hdf5Writer() : state_(std::make_unique<State>()) {}
Hdf5Writer::~Hdf5Writer() = default;

void Hdf5Writer::group(const std::string& path) {
  const Handle made(H5Gcreate2(*state_->file, path.c_str(), state_->links, H5P_DEFAULT, H5P_DEFAULT), H5Gclose,
                    ("make the group " + path).c_str());
}

void Hdf5Writer::dataset(const std::string& path, std::span<const double> values) {
  state_->write(path, H5T_NATIVE_DOUBLE, values.size(), values.data());
}

void Hdf5Writer::dataset(const std::string& path, std::span<const std::int64_t> values) {
  state_->write(path, H5T_NATIVE_INT64, values.size(), values.data());
}

void Hdf5Writer::dataset(const std::string& path, std::span<const std::uint64_t> values) {
  state_->write(path, H5T_NATIVE_UINT64, values.size(), values.data());
}

void Hdf5Writer::dataset(const std::string& path, std::span<const std::uint32_t> values) {
  state_->write(path, H5T_NATIVE_UINT32, values.size(), values.data());
}

void Hdf5Writer::dataset(const std::string& path, std::span<const std::int32_t> values) {
  state_->write(path, H5T_NATIVE_INT32, values.size(), values.data());
}

void Hdf5Writer::dataset(const std::string& path, std::span<const std::int8_t> codes,
                         std::span<const std::string> names) {
  state_->write(path, enumeration(names), codes.size(), codes.data());
}

void Hdf5Writer::dataset(const std::string& path, std::span<const std::string> texts) {
  std::vector<const char*> pointers;
  pointers.reserve(texts.size());
  for (const auto& text : texts) pointers.push_back(text.c_str());
  state_->write(path, text_type(H5T_VARIABLE), pointers.size(), pointers.data());
}

void Hdf5Writer::text(const std::string& path, std::string_view text) {
  const Handle type = text_type(std::max<std::size_t>(text.size(), 1));
  const Handle scalar(H5Screate(H5S_SCALAR), H5Sclose, "make a data space");
  const Handle dataset = state_->make(path, type, scalar);
  const char* data = text.empty() ? "" : text.data();
  check(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), ("write " + path).c_str());
}

void Hdf5Writer::bytes(const std::string& path, std::span<const std::span<const std::byte>> pieces) {
  hsize_t total = 0;
  for (const auto& piece : pieces) total += piece.size();
  const Handle space = array_of(total);
  const Handle dataset = state_->make(path, H5T_NATIVE_UINT8, space);
  hsize_t start = 0;
  for (const auto& piece : pieces) {
    const hsize_t size = piece.size();
    const Handle memory = array_of(size);
    check(H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, nullptr, &size, nullptr), "select a part");
    check(H5Dwrite(dataset, H5T_NATIVE_UINT8, memory, space, H5P_DEFAULT, piece.data()), ("write " + path).c_str());
    start += size;
  }
}

void Hdf5Writer::attribute(const std::string& path, const std::string& name, std::int64_t value) {
  state_->attribute(path, name, H5T_NATIVE_INT64, &value);
}

void Hdf5Writer::attribute(const std::string& path, const std::string& name, double value) {
  state_->attribute(path, name, H5T_NATIVE_DOUBLE, &value);
}

void Hdf5Writer::attribute(const std::string& path, const std::string& name, std::string_view value) {
  const std::string text(value.substr(0, kMostAttributeBytes));
  state_->attribute(path, name, text_type(std::max<std::size_t>(text.size(), 1)), text.c_str());
}

FileImage Hdf5Writer::finish() {
  check(H5Fflush(*state_->file, H5F_SCOPE_GLOBAL), "finish the file");
  const auto size = H5Fget_file_image(*state_->file, nullptr, 0);
  check(size < 0 ? -1 : 0, "measure the file");
  state_->file.reset();

  auto& image = state_->image;
  if (image.memory == nullptr || static_cast<std::size_t>(size) > image.capacity)
    throw Hdf5Error("HDF5 made a file that is larger than its memory");
  FileImage whole;
  whole.memory.reset(static_cast<std::byte*>(std::exchange(image.memory, nullptr)));
  whole.size = static_cast<std::size_t>(size);
  return whole;
}

std::string hdf5_version() {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned release = 0;
  H5get_libversion(&major, &minor, &release);
  return fmt::format("{}.{}.{}", major, minor, release);
}

}  // namespace tuner
