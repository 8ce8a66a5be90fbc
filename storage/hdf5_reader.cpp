#include "storage/hdf5_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "storage/crc32c.h"
#include "storage/hdf5_handle.h"

namespace tuner {

namespace {

using hdf5::check;
using hdf5::Handle;

Handle file_access() {
  return {H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "make an access list"};
}

Handle open_file(const std::filesystem::path& path) {
  const Handle access = file_access();
  check(H5Pset_file_locking(access, 0, 1), "do without locks");
  return {H5Fopen(path.c_str(), H5F_ACC_RDONLY, access), H5Fclose, "open the file"};
}

Handle open_image(std::span<const std::byte> image) {
  constexpr std::size_t kNeverGrows = 4096;
  const Handle access = file_access();
  check(H5Pset_fapl_core(access, kNeverGrows, 0), "read from memory");
  // The library copies it: the argument is not const for historical reasons.
  check(H5Pset_file_image(access, const_cast<std::byte*>(image.data()), image.size()), "read from memory");
  return {H5Fopen("study", H5F_ACC_RDONLY, access), H5Fclose, "open the file"};
}

struct Dataset {
  Handle dataset;
  Handle space;
  Handle type;
  hsize_t elements;
  std::size_t element_bytes;

  Dataset(hid_t file, const std::string& path)
      : dataset(H5Dopen2(file, path.c_str(), H5P_DEFAULT), H5Dclose, ("open " + path).c_str()),
        space(H5Dget_space(dataset), H5Sclose, "read a shape"),
        type(H5Dget_type(dataset), H5Tclose, "read a type"),
        elements(static_cast<hsize_t>(std::max<hssize_t>(H5Sget_simple_extent_npoints(space), 0))),
        element_bytes(H5Tget_size(type)) {
    // A file from outside may promise any size; what it holds cannot be larger than itself.
    hsize_t file_bytes = 0;
    check(H5Fget_filesize(file, &file_bytes), "measure the file");
    if (element_bytes == 0 || elements > file_bytes / element_bytes)
      throw Hdf5Error(fmt::format("the dataset {} is larger than its file", path));
  }
};

std::uint32_t checksum_of_texts(const Dataset& data) {
  std::vector<char*> texts(data.elements, nullptr);
  if (texts.empty()) return crc32c({});
  check(H5Dread(data.dataset, data.type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts.data()), "read texts");
  Crc32c crc;
  for (const char* text : texts) {
    const std::string_view view = text == nullptr ? "" : text;
    // With the final zero, so that the borders between texts count.
    crc.add(std::as_bytes(std::span(view.empty() ? "" : view.data(), view.size() + 1)));
  }
  H5Dvlen_reclaim(data.type, data.space, H5P_DEFAULT, texts.data());
  return crc.value();
}

std::uint32_t checksum_of_numbers(const Dataset& data) {
  std::vector<std::byte> bytes(data.elements * data.element_bytes);
  if (!bytes.empty())
    check(H5Dread(data.dataset, data.type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()), "read numbers");
  return crc32c(bytes);
}

herr_t collect_dataset(hid_t, const char* name, const H5O_info_t* info, void* names) {
  if (info->type == H5O_TYPE_DATASET) static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}

}  // namespace

struct Hdf5Reader::State {
  hdf5::SilentErrors silent;
  Handle file;
};

Hdf5Reader::Hdf5Reader(const std::filesystem::path& path) : state_(new State{.silent = {}, .file = open_file(path)}) {}
Hdf5Reader::Hdf5Reader(std::span<const std::byte> image) : state_(new State{.silent = {}, .file = open_image(image)}) {}
Hdf5Reader::~Hdf5Reader() = default;

bool Hdf5Reader::has_attribute(const std::string& name) const {
  return H5Aexists(state_->file, name.c_str()) > 0;
}

std::int64_t Hdf5Reader::integer_attribute(const std::string& name) const {
  const Handle attribute(H5Aopen(state_->file, name.c_str(), H5P_DEFAULT), H5Aclose,
                         ("open the attribute " + name).c_str());
  const Handle space(H5Aget_space(attribute), H5Sclose, "read a shape");
  if (H5Sget_simple_extent_npoints(space) != 1)
    throw Hdf5Error(fmt::format("the attribute {} is not one number", name));
  std::int64_t value = 0;
  check(H5Aread(attribute, H5T_NATIVE_INT64, &value), ("read the attribute " + name).c_str());
  return value;
}

std::string Hdf5Reader::text_attribute(const std::string& name) const {
  const Handle attribute(H5Aopen(state_->file, name.c_str(), H5P_DEFAULT), H5Aclose,
                         ("open the attribute " + name).c_str());
  const Handle type(H5Aget_type(attribute), H5Tclose, "read a type");
  const Handle space(H5Aget_space(attribute), H5Sclose, "read a shape");
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) != 0 || H5Sget_simple_extent_npoints(space) != 1)
    throw Hdf5Error(fmt::format("the attribute {} is not a plain text", name));
  std::string value(H5Tget_size(type), '\0');
  check(H5Aread(attribute, type, value.data()), ("read the attribute " + name).c_str());
  value.resize(value.find_last_not_of('\0') + 1);
  return value;
}

void Hdf5Reader::byte_dataset(const std::string& path,
                              const std::function<std::span<std::byte>(std::size_t)>& make_room) const {
  const Dataset data(state_->file, path);
  if (H5Tget_class(data.type) != H5T_INTEGER || data.element_bytes != 1)
    throw Hdf5Error(fmt::format("the dataset {} does not hold bytes", path));
  const auto room = make_room(data.elements);
  if (!room.empty())
    check(H5Dread(data.dataset, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, room.data()),
          ("read " + path).c_str());
}

std::vector<std::uint32_t> Hdf5Reader::unsigned_dataset(const std::string& path) const {
  const Dataset data(state_->file, path);
  if (H5Tget_class(data.type) != H5T_INTEGER || data.element_bytes != sizeof(std::uint32_t))
    throw Hdf5Error(fmt::format("the dataset {} does not hold numbers of 32 bits", path));
  std::vector<std::uint32_t> values(data.elements);
  if (!values.empty())
    check(H5Dread(data.dataset, H5T_NATIVE_UINT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
          ("read " + path).c_str());
  return values;
}

std::vector<std::string> Hdf5Reader::datasets() const {
  std::vector<std::string> names;
  check(H5Ovisit(state_->file, H5_INDEX_NAME, H5_ITER_INC, collect_dataset, &names), "list the datasets");
  return names;
}

std::string Hdf5Reader::fingerprint(const std::string& path) const {
  const Dataset data(state_->file, path);
  const bool texts = H5Tis_variable_str(data.type) > 0;
  return fmt::format("class {} of {} bytes, {} elements, checksum {:08x}", static_cast<int>(H5Tget_class(data.type)),
                     data.element_bytes, data.elements, texts ? checksum_of_texts(data) : checksum_of_numbers(data));
}

bool is_hdf5(const std::filesystem::path& path) {
  const hdf5::SilentErrors silent;
  return H5Fis_hdf5(path.c_str()) > 0;
}

}  // namespace tuner
