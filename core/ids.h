// Different numbers are different types, so that a rank is never taken for a trial.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace tuner {

template <class Tag>
struct Id {
  std::uint64_t value = 0;
  auto operator<=>(const Id&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 takes <=> for 0
};

using TrialId = Id<struct TrialTag>;      // from 0, in the order in which trials were made
using RankId = Id<struct RankTag>;        // of an epoch's MPI world
using AskNumber = Id<struct AskTag>;      // from 0, never repeated in a study
using Sequence = Id<struct EventTag>;     // position of an event in the log, from 0
using EpochNumber = Id<struct EpochTag>;  // from 1

}  // namespace tuner

template <class Tag>
struct std::hash<tuner::Id<Tag>> {
  std::size_t operator()(tuner::Id<Tag> id) const noexcept { return std::hash<std::uint64_t>{}(id.value); }
};
