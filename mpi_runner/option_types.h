// Types of options that have a unit. Boost.Program_options finds their validate() by name.
#pragma once

#include <boost/any.hpp>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace tuner {

// "90", "90s", "1.5m", "2h", "1d", "1:30:00", "15:00".
struct Duration {
  double seconds = 0;
};

// "4096", "512M", "4G", "1.5GiB": powers of 1024.
struct MemorySize {
  std::uint64_t bytes = 0;
};

// A number of things. A plain unsigned would read "-1" as a huge one.
struct Count {
  std::uint64_t value = 0;
};

// Each throws UserError that says what the text should have been ("is not a duration (…)"), without the option's name.
Duration duration_from_text(std::string_view text);
MemorySize memory_size_from_text(std::string_view text);
Count count_from_text(std::string_view text);

// As the help shows them; reads back as the same value.
std::ostream& operator<<(std::ostream& out, Duration duration);
std::ostream& operator<<(std::ostream& out, MemorySize size);
std::ostream& operator<<(std::ostream& out, Count count);

void validate(boost::any& out, const std::vector<std::string>& texts, Duration*, int);
void validate(boost::any& out, const std::vector<std::string>& texts, MemorySize*, int);
void validate(boost::any& out, const std::vector<std::string>& texts, Count*, int);

}  // namespace tuner
