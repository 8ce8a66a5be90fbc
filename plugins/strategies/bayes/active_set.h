// Which observations the model is built on, so that the cost of a suggestion does not grow with the study.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tuner::strategies::bayes {

// All indices where there are at most `most`; otherwise the better half of `most` and, of the rest, those with the
// least hash of their key: a random choice that stays the same while new results arrive. `badness`: one an index, small
// = good; `keys`: what names each for good. In ascending order.
std::vector<std::size_t> best_and_some_others(std::span<const double> badness, std::span<const std::uint64_t> keys,
                                              std::size_t most);

}  // namespace tuner::strategies::bayes
