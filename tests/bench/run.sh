#!/bin/bash
# Builds what users run and measures it; each prints one table, and nothing else should run meanwhile.
#   tests/bench/run.sh                   what tuner costs, those asked for beside those measured; about 4 minutes
#   tests/bench/run.sh quality [--help]  how good the strategies' suggestions are, beside those of peers; hours
#   tests/bench/run.sh models [--help]   the same on models that are really trained; an hour
#   tests/bench/run.sh trials [--help]   how many trials `mpirun tuner --plugin xgb` needs for a loss; 20 minutes
#   tests/bench/run.sh transfer [--help] what the results of an earlier study are worth (--warm-start); 5 minutes
#   tests/bench/run.sh borders [--help]  optima beside what fails, absurd values, fronts that begin with a point; minutes
#   tests/bench/run.sh limit [--help]    how many trials are started that a time limit then cuts short; 7 minutes
#   tests/bench/run.sh cost              what a suggestion costs, beside Optuna's; minutes
set -euo pipefail
cd "$(dirname "$0")/../.."

case ${1-} in
  quality) script=quality.py groups="build test bench"; shift ;;
  models) script=models.py groups="build test bench"; shift ;;
  trials) script=trials_to_loss.py groups="build test"; shift ;;
  transfer) script=transfer.py groups="build test bench"; shift ;;
  borders) script=borders.py groups="build test bench"; shift ;;
  limit) script=time_limit.py groups="build test"; shift ;;
  cost) script=suggestion_cost.py groups="build test bench"; shift ;;
  *) script=figures.py groups="build test" ;;
esac

# shellcheck disable=SC2086  # groups are words
.ci/install_packages $groups > /dev/null
cmake --preset release -DTUNER_BUILD_TESTS=ON > /dev/null
targets=(tuner tuner-plugin-host functions xgb random sobol host_latency)
known=$(cmake --build --preset release --target help)
for target in bayes dlib_search; do
  if grep --quiet "^$target:" <<< "$known"; then targets+=("$target"); fi
done
cmake --build --preset release --target "${targets[@]}" > /dev/null

exec /usr/bin/python3 "tests/bench/$script" .build/release "$@"
