// Compiled with -mavx2 -mfma. Eigen gets another name here: its templates would otherwise be merged by the linker with
// those of the portable level, and an old machine would run into instructions that it does not have.
#define Eigen TunerEigenAvx2
#define TUNER_BAYES_LEVEL avx2
#include "plugins/strategies/bayes/linear_algebra_level.h"
