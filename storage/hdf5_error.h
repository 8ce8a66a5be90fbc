// What the HDF5 library refuses to do, without its header.
#pragma once

#include <stdexcept>

namespace tuner {

struct Hdf5Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace tuner
