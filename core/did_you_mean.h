// The nearest known name to what a user typed.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tuner {

// " Did you mean 'eta'?" or, where nothing is near, " Known are: eta, gamma." (at most 12 names); empty for no names.
std::string did_you_mean(std::string_view typed, std::span<const std::string> known);

}  // namespace tuner
