/* The contract must be readable by any C compiler: this file is compiled as strict C11 with warnings as errors. */
#include "tuner/abi.h"

tuner_status tuner_abi_as_c11(const tuner_strategy_v1_t* strategy, const tuner_objective_v1_t* objective);

tuner_status tuner_abi_as_c11(const tuner_strategy_v1_t* strategy, const tuner_objective_v1_t* objective) {
  return strategy->abi_minor == TUNER_ABI_MINOR && objective->abi_minor == TUNER_ABI_MINOR ? TUNER_OK : TUNER_FAILED;
}
