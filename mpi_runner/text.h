// Text for people: numbers, times and durations at the length in which they are read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/escaped_text.h"

namespace tuner {

// Characters that UTF-8 text takes on the terminal (each counted as one column wide).
std::size_t display_width(std::string_view text);
// At most `width` columns; what was cut ends in "…".
std::string shortened(std::string_view text, std::size_t width);

// Broken at spaces into lines of at most `width` columns, each after `indent` spaces; words longer than that stay
// whole.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width);

std::string number_text(double value, int digits = 6);                   // "0.123457"; "-" for NaN
std::string count_text(std::uint64_t count);                             // "1,203"
std::string count_text(std::uint64_t count, std::string_view singular);  // "1 trial", "1,203 trials"
std::string duration_text(double seconds);                               // "12 ms", "3.4 s", "2 min 05 s", "3 h 07 min"
std::string size_text(double bytes);                                     // "3.4 MB"
std::string time_text(double seconds_since_1970);                        // "2024-05-31 14:03:59", local; "-" for NaN

// Columns of the terminal behind standard output, or of COLUMNS; without either, more than any table needs.
std::size_t terminal_width();

}  // namespace tuner
