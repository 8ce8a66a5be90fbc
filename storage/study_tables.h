// The tables of a study file that people read with h5py, pandas or h5dump: one dataset a column, row i is trial i.
// Derived from the event log alone, so that they can always be made again; storage/FORMAT.md lists them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/study.h"
#include "storage/hdf5_writer.h"

namespace tuner {

void write_tables(const Study& study, Hdf5Writer& out);

// Names as HDF5 takes them for datasets: '/', '%' and control characters become %XX, repeated names get their position.
std::vector<std::string> link_names(std::span<const std::string> names);

}  // namespace tuner
