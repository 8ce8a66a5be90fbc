// Handles of the HDF5 C library that close themselves, and its error stack as messages. Only the writer and the reader
// include this.
#pragma once

#include <hdf5.h>

#include <string>
#include <utility>

#include "storage/hdf5_error.h"

namespace tuner {

namespace hdf5 {

// While it lives, the library keeps its errors for us instead of printing them. The setting belongs to the thread.
class SilentErrors {
 public:
  SilentErrors() {
    H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~SilentErrors() { H5Eset_auto2(H5E_DEFAULT, function_, data_); }
  SilentErrors(const SilentErrors&) = delete;
  SilentErrors& operator=(const SilentErrors&) = delete;

 private:
  H5E_auto2_t function_ = nullptr;
  void* data_ = nullptr;
};

// The innermost message of the thread's error stack: the cause, where the outer ones say who called whom.
inline std::string last_error() {
  std::string cause = "no reason given";
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned depth, const H5E_error2_t* error, void* text) -> herr_t {
        if (depth == 0 && error->desc != nullptr) *static_cast<std::string*>(text) = error->desc;
        return 0;
      },
      &cause);
  return cause;
}

inline void check(herr_t status, const char* doing) {
  if (status < 0) throw Hdf5Error(std::string("HDF5 cannot ") + doing + " (" + last_error() + ")");
}

class Handle {
 public:
  using Close = herr_t (*)(hid_t);

  Handle(hid_t id, Close close, const char* doing) : id_(id), close_(close) { check(id < 0 ? -1 : 0, doing); }
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&&) = delete;
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }

  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  Close close_;
};

}  // namespace hdf5
}  // namespace tuner
