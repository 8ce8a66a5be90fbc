#include "mpi_runner/version.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <boost/version.hpp>

#include "mpi_runner/transport.h"
#include "storage/hdf5_writer.h"
#include "tuner/abi.h"

namespace tuner {

std::string version_text() {
  return fmt::format(
      "tuner {}, {} build, compiled by {} {}\n"
      "plugin ABI  {}.{}\n"
      "MPI         {}\n"
      "HDF5        {}\n"
      "Boost       {}.{}.{}\n"
      "OpenSSL     {}\n",
      TUNER_VERSION, TUNER_BUILD_TYPE, TUNER_COMPILER, __VERSION__, TUNER_ABI_MAJOR, TUNER_ABI_MINOR, mpi_version(),
      hdf5_version(), BOOST_VERSION / 100'000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100,
      OpenSSL_version(OPENSSL_VERSION_STRING));
}

}  // namespace tuner
