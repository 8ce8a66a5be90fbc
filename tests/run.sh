#!/bin/bash
# Installs what is missing, builds, and runs the whole test suite. Arguments go to ctest: tests/run.sh -L unit
set -euo pipefail
cd "$(dirname "$0")/.."

.ci/install_packages build test

cmake --preset release -DTUNER_BUILD_TESTS=ON
cmake --build --preset release

# Those on SLURM make nodes, as root: tests/slurm/run.sh.
[ $# -gt 0 ] || set -- -LE slurm
exec .ci/ctest .build/release --parallel "$(nproc)" "$@"
