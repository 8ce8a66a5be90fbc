// What users do to a plugin's space on the command line: --fix and --narrow. Each returns a new space or throws
// UserError.
#pragma once

#include <string_view>

#include "core/search_space.h"

namespace tuner {

// "max_depth=6" or "booster=dart": the parameter keeps its place but has that one value (a range or choice list of
// one).
SearchSpace fixed(const SearchSpace& space, std::string_view assignment);

// "eta=0.01:0.3" (a range inside the old one) or "booster=gbtree,dart" (a subset of the choices).
SearchSpace narrowed(const SearchSpace& space, std::string_view assignment);

}  // namespace tuner
