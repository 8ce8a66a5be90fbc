#!/bin/bash
# Installs what is missing, builds, and runs the whole test suite. Arguments go to ctest: tests/run.sh -L unit
set -euo pipefail
cd "$(dirname "$0")/.."

.ci/install_packages build test

cmake --preset release -DTUNER_BUILD_TESTS=ON
cmake --build --preset release

exec .ci/ctest .build/release --parallel "$(nproc)" "$@"
