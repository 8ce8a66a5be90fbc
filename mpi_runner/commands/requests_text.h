// What people asked of the runs of a study, as text.
#pragma once

#include <cstddef>
#include <iosfwd>

namespace tuner {

class Study;

void print_requests(std::ostream& out, const Study& study, std::size_t width);

}  // namespace tuner
