// Allocations that a study has used up and got nothing for. Pure.
#pragma once

#include <cstddef>

#include "core/study.h"

namespace tuner {

// How many of the epochs since the last that made progress (a trial ended, or reported a step that it had not come to
// before) ended with their allocation and cut trials short. The running one does not count.
std::size_t allocations_in_vain(const Study& study);

}  // namespace tuner
