#!/bin/bash
# Builds what users run and measures it: one table of figures, those asked for beside those measured. About 4 minutes;
# nothing else should run meanwhile.
set -euo pipefail
cd "$(dirname "$0")/../.."

.ci/install_packages build test > /dev/null
cmake --preset release -DTUNER_BUILD_TESTS=ON > /dev/null
cmake --build --preset release --target tuner tuner-plugin-host functions random host_latency > /dev/null

exec /usr/bin/python3 tests/bench/figures.py .build/release "$@"
