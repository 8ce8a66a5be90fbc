// What people asked of the runs of a study, as text.
#pragma once

#include <cstddef>
#include <iosfwd>

namespace tuner {

class Study;
class StudyFiles;

// Those that wait for the next run: a live one takes requests within a second.
void print_left_requests(std::ostream& out, const StudyFiles& names);

void print_requests(std::ostream& out, const Study& study, std::size_t width);

}  // namespace tuner
