// Held by whoever writes with HDF5, and by whoever forks a process that reads with it. Debian's library has a lock of
// its own: a process that is forked while another thread is inside finds it locked for ever.
#pragma once

#include <mutex>

namespace tuner {

inline std::mutex& hdf5_lock() {
  static std::mutex lock;
  return lock;
}

}  // namespace tuner
