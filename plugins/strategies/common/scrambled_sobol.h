// Points of the Sobol sequence with Owen's scrambling: spread more evenly over the unit cube than random ones, and
// random all the same.
#pragma once

#include <boost/random/sobol.hpp>
#include <cstdint>
#include <vector>

namespace tuner::strategies {

// Digits are flipped at random in nested blocks, so that each point is uniform in [0, 1)^d while any 2^m points from a
// multiple of 2^m on still lie as evenly as Sobol's (Owen, "Randomly permuted (t,m,s)-nets and (t,s)-sequences", 1995).
// The flip of a digit is a hash of the digits before it (as in Burley, "Practical hash-based Owen scrambling", JCGT
// 9(4), 2020), so nothing is stored. The first point, which many drop, stays: without it the nets fall apart (Owen, "On
// dropping the first Sobol' point", 2020). Direction numbers: Joe and Kuo, SIAM J. Sci. Comput. 30, 2008, from Boost.
class ScrambledSobol {
 public:
  static constexpr std::size_t kMostDimensions = 3667;  // of Boost's table

  ScrambledSobol(std::size_t dimensions, std::uint64_t seed);

  std::vector<double> point(std::uint64_t index);  // each coordinate in [0, 1)

 private:
  boost::random::sobol sequence_;
  std::uint64_t seed_;
};

}  // namespace tuner::strategies
