#!/bin/bash
# From a bare Debian 12 to a tuned model: installs packages, builds tuner, and tunes XGBoost on real data with 4 ranks.
# Run it again, also after a kill: it goes on where it stopped.
set -euo pipefail
cd "$(dirname "$0")/.."

run() {
  echo
  echo "\$ $*"
  "$@"
}

.ci/install_packages build

run cmake --preset release -DTUNER_BUILD_TESTS=OFF
run cmake --build --preset release

# Open MPI wants to be told when there are more ranks than cores, and when root starts it.
mpirun=(mpirun -n 4)
[ "$(nproc)" -ge 4 ] || mpirun+=(--oversubscribe --bind-to none)
[ "$(id -u)" -ne 0 ] || run export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

build=.build/release
run "${mpirun[@]}" $build/bin/tuner --plugin $build/lib/tuner/plugins/xgb.so \
  --set data=examples/data/breast_cancer.csv --set label=diagnosis --trials 40 --study quickstart.h5
run $build/bin/tuner show quickstart.h5
