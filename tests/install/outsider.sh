#!/bin/bash
# One step of what somebody does who has only an installed tuner and the examples: tests/install/CMakeLists.txt.
set -euo pipefail

prefix=$PWD/prefix
tuner=$prefix/bin/tuner
export CMAKE_PREFIX_PATH=$prefix
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
for variable in ${!TUNER_*}; do
  case $variable in TUNER_BUILD | TUNER_EXAMPLES) ;; *) unset "$variable" ;; esac
done

fail() {
  echo "$*" >&2
  exit 1
}

# expect TEXT COMMAND...: the command succeeds and says the text.
expect() {
  local text=$1 output
  shift
  output=$("$@" 2>&1) || fail "$* failed with $?:"$'\n'"$output"
  grep --fixed-strings --quiet -- "$text" <<< "$output" || fail "$* did not say '$text', but:"$'\n'"$output"
}

# configure_example NAME BUILD OPTION...: from a copy, which cannot reach the source tree.
configure_example() {
  rm -rf "$2"
  mkdir "$2"
  cp -r "$TUNER_EXAMPLES/$1" "$2/source"
  cmake -S "$2/source" -B "$2" "${@:3}"
}

# fresh_study FILE: nothing of a study of an earlier test run is left.
fresh_study() { rm -rf "$1" "$1".*; }

install() {
  rm -rf "$prefix"
  cmake --install "$TUNER_BUILD" --prefix "$prefix"
}

build_examples() {
  configure_example minimal_objective objective
  cmake --build objective
  configure_example minimal_strategy strategy
  cmake --build strategy
}

find_own_plugins() {
  local name
  for name in functions xgb grid manual random sobol; do
    expect "$prefix/lib" "$tuner" plugins
    expect "$name" "$tuner" describe $name
  done
  fresh_study own.h5
  expect "5 finished" "$tuner" --plugin functions --strategy random --trials 5 --study own.h5
}

inspect_plugin_host() {
  local host=$prefix/libexec/tuner/tuner-plugin-host
  ldd "$host" > /dev/null || fail "$host cannot be loaded"
  ! ldd "$host" | grep libmpi || fail "$host links MPI"
}

refuse_fast_math() {
  local output
  ! output=$(configure_example minimal_objective fast -DCMAKE_CXX_FLAGS=-ffast-math 2>&1) || fail "-ffast-math was accepted"
  grep --quiet "compiled with -ffast-math" <<< "$output" || fail "refused, but not by us:"$'\n'"$output"
}

inspect_symbols() {
  local symbols
  symbols=$(nm --dynamic --defined-only --format=posix objective/bowl.so | cut -d' ' -f1)
  [ "$symbols" = tuner_objective_v1 ] || fail "bowl.so exports: $symbols"
}

run_objective_by_path() {
  fresh_study path.h5
  mpirun --oversubscribe --bind-to none -n 2 "$tuner" --plugin objective/bowl.so --trials 40 --study path.h5
  expect "all 40 trials are done" "$tuner" status path.h5 --exit-code
  expect "objective  bowl" "$tuner" show path.h5
}

run_both_by_name() {
  export TUNER_PLUGIN_PATH=$PWD/objective:$PWD/strategy
  fresh_study name.h5
  expect "20 finished" "$tuner" --plugin bowl --strategy darts --trials 20 --study name.h5
  expect "strategy   darts" "$tuner" show name.h5
  expect "all equal" "$tuner" replay name.h5
}

check_plugins() {
  expect "keeps the contract" "$tuner" check-plugin objective/bowl.so
  expect "keeps the contract" "$tuner" check-plugin strategy/darts.so
}

"$1"
