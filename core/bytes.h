// Plain values to bytes and back, little endian, for everything that tuner writes or sends: journal records, MPI
// messages, talk with plugin hosts. The reader checks every length, so that no bytes from outside can make it overrun.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/ids.h"

namespace tuner {

static_assert(std::endian::native == std::endian::little, "the formats are little endian");

using Bytes = std::vector<std::byte>;

// The bytes end early, or promise more than there is.
struct MalformedBytes : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class T>
concept PlainNumber = std::is_arithmetic_v<T> || std::is_enum_v<T>;

// Appends to a buffer of the caller's.
class ByteWriter {
 public:
  explicit ByteWriter(Bytes& out) : out_(out) {}

  template <PlainNumber T>
  void put(T value) {
    append(&value, sizeof value);
  }
  template <class Tag>
  void put(Id<Tag> id) {
    put(id.value);
  }
  void put(std::string_view text) {
    put(static_cast<std::uint32_t>(text.size()));
    append(text.data(), text.size());
  }
  template <PlainNumber T>
  void put(std::span<const T> values) {
    put(static_cast<std::uint32_t>(values.size()));
    append(values.data(), values.size_bytes());
  }
  template <PlainNumber T>
  void put(const std::vector<T>& values) {
    put(std::span<const T>(values));
  }

 private:
  void append(const void* data, std::size_t size) {
    const auto* bytes = static_cast<const std::byte*>(data);
    out_.insert(out_.end(), bytes, bytes + size);
  }

  Bytes& out_;
};

// Reads what ByteWriter wrote, in the same order. Throws MalformedBytes.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : rest_(bytes) {}

  template <PlainNumber T>
  T get() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  template <class IdType>
  requires requires(IdType id) { id.value; }
  IdType get() { return IdType{get<std::uint64_t>()}; }
  std::string text() {
    const auto bytes = take(get<std::uint32_t>());
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  template <PlainNumber T>
  std::vector<T> numbers() {
    const std::size_t count = get<std::uint32_t>();
    if (count > rest_.size() / sizeof(T)) throw MalformedBytes("a list is longer than the bytes that hold it");
    const auto bytes = take(count * sizeof(T));
    std::vector<T> values(count);
    if (count > 0) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }
  // For a count of things that take at least `least_size` bytes each.
  std::size_t count(std::size_t least_size) {
    const std::size_t value = get<std::uint32_t>();
    if (value > rest_.size() / least_size) throw MalformedBytes("a count is larger than the bytes that follow it");
    return value;
  }

  std::size_t left() const { return rest_.size(); }
  void expect_end() const {
    if (!rest_.empty()) throw MalformedBytes("there are bytes after the end");
  }

 private:
  std::span<const std::byte> take(std::size_t size) {
    if (size > rest_.size()) throw MalformedBytes("the bytes end too early");
    const auto taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

  std::span<const std::byte> rest_;
};

}  // namespace tuner
