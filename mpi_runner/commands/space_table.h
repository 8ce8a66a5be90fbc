// A search space as a table for people.
#pragma once

#include "core/search_space.h"
#include "mpi_runner/table.h"

namespace tuner {

// One row a parameter: name, type, values, default, and when it exists.
Table table_of(const SearchSpace& space);

}  // namespace tuner
