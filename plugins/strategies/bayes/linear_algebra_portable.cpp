#define TUNER_BAYES_LEVEL portable
#include "plugins/strategies/bayes/linear_algebra_level.h"
