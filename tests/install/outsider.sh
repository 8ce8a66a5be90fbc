#!/bin/bash
# One step of what somebody does who has only an installed tuner and the examples: tests/install/CMakeLists.txt.
set -euo pipefail

prefix=$PWD/prefix
tuner=$prefix/bin/tuner
export CMAKE_PREFIX_PATH=$prefix
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

# The examples are copied, so that they cannot reach the source tree.
configure_example() {
  rm -rf "$1" "$1-build"
  cp -r "$TUNER_EXAMPLES/$1" "$1"
  cmake -S "$1" -B "$1-build" "${@:2}"
}

# fresh_study FILE: nothing of a study of an earlier test run is left.
fresh_study() { rm -rf "$1" "$1".*; }

install() {
  rm -rf "$prefix"
  cmake --install "$TUNER_BUILD" --prefix "$prefix"
}

build_examples() {
  for example in minimal_objective minimal_strategy; do
    configure_example $example
    cmake --build $example-build
  done
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
  ! output=$(configure_example minimal_objective -DCMAKE_CXX_FLAGS=-ffast-math 2>&1) || fail "-ffast-math was accepted"
  grep --quiet "compiled with -ffast-math" <<< "$output" || fail "refused, but not by us:"$'\n'"$output"
}

inspect_symbols() {
  local symbols
  symbols=$(nm --dynamic --defined-only --format=posix minimal_objective-build/bowl.so | cut -d' ' -f1)
  [ "$symbols" = tuner_objective_v1 ] || fail "bowl.so exports: $symbols"
}

run_objective_by_path() {
  fresh_study path.h5
  mpirun -n 2 "$tuner" --plugin minimal_objective-build/bowl.so --trials 40 --study path.h5
  expect "" "$tuner" status path.h5 --exit-code
  expect bowl "$tuner" status path.h5
}

run_both_by_name() {
  export TUNER_PLUGIN_PATH=$PWD/minimal_objective-build:$PWD/minimal_strategy-build
  fresh_study name.h5
  expect "20 finished" "$tuner" --plugin bowl --strategy darts --trials 20 --study name.h5
  expect darts "$tuner" status name.h5
  expect "" "$tuner" replay name.h5
}

check_plugins() {
  expect "keeps the contract" "$tuner" check-plugin minimal_objective-build/bowl.so
  expect "keeps the contract" "$tuner" check-plugin minimal_strategy-build/darts.so
}

"$1"
