#include "plugins/strategies/bayes/linear_algebra.h"

namespace tuner::strategies::bayes {

#ifdef TUNER_BAYES_HAS_AVX2
extern const LinearAlgebra avx2_linear_algebra;
#endif
extern const LinearAlgebra portable_linear_algebra;

const LinearAlgebra& linear_algebra() {
#ifdef TUNER_BAYES_HAS_AVX2
  static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
  if (has_avx2) return avx2_linear_algebra;
#endif
  return portable_linear_algebra;
}

const LinearAlgebra& baseline_linear_algebra() {
  return portable_linear_algebra;
}

}  // namespace tuner::strategies::bayes
