#!/bin/bash
# All drills on real SLURM, with three hits of the time limit: tests/slurm/run.sh. Arguments go to ctest: -R preempted
# What a job makes of its allocation: tests/slurm/run.sh --figures
set -euo pipefail
cd "$(dirname "$0")/../.."

.ci/install_packages build test slurm

cmake --preset release -DTUNER_BUILD_TESTS=ON
cmake --build --preset release

if [ "${1-}" = --figures ]; then
  TUNER_BUILD_DIR=$PWD/.build/release exec /usr/bin/python3 tests/slurm/figures.py
fi

# They mostly wait, so many can run side by side.
export TIME_LIMITS_TO_HIT=${TIME_LIMITS_TO_HIT:-3}
exec .ci/ctest .build/release --parallel 8 -L slurm "$@"
