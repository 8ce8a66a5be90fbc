// What the forbidden combinations leave, found by search: draws at random would go on for ever where that is little.
//
// Only the parameters that the combinations name, and those parents, can matter, and of their values only in which
// stretch they lie: no condition changes its mind within one. Immutable after construction.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/random.h"
#include "core/search_space.h"

namespace tuner {

class AllowedSearch {
 public:
  // Throws SpaceMistake (core/space_check.h) where nothing is left. Proved by going through the stretches; where these
  // have more than a million combinations that no clause cuts short, by 10,000 draws.
  explicit AllowedSearch(const SearchSpace& space);

  // An allowed configuration of `space`, which is the one of the constructor or its copy. Ends quickly however little
  // is left, but is not uniform: stretches are chosen by their width at one parameter after the other. Where even the
  // search takes too long it is always the same configuration, but for the parameters that do not matter.
  std::vector<double> draw(const SearchSpace& space, RandomStream& stream) const;

 private:
  struct Stretch {
    double low;  // both inclusive
    double high;
    double width;  // on the parameter's axis of the unit cube
  };
  struct Walk;
  using Parameters = std::vector<bool>;  // one for each parameter

  static std::vector<Stretch> stretches_of(const SearchSpace& space, std::size_t index);
  static std::vector<const Stretch*> in_random_order(const std::vector<Stretch>& stretches, RandomStream& stream);

  void index_clauses(const SearchSpace& space);
  std::optional<std::vector<double>> search(const SearchSpace& space, RandomStream& stream, std::uint64_t& steps) const;
  std::optional<Parameters> complete(Walk& walk, std::size_t index) const;
  const Parameters* reason_against(const Walk& walk, std::size_t index) const;
  std::vector<double> like_example(const SearchSpace& space, RandomStream& stream) const;

  std::vector<std::vector<Stretch>> stretches_;    // of each parameter; empty where it does not matter
  std::vector<std::vector<std::size_t>> clauses_;  // of each parameter: those whose last parameter it is
  std::vector<Parameters> clause_parameters_;      // of each clause, with their ancestors
  std::vector<Parameters> ancestors_;              // of each parameter: what decides whether it is active
  std::vector<double> example_;                    // allowed
};

}  // namespace tuner
