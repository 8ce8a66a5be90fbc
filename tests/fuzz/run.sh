#!/bin/bash
# Fuzzes everything that reads what comes from outside, from the corpus on, and prints a line for each fuzzer: how many
# inputs were tried and what was found. New inputs stay in .build/fuzz/corpus, findings in .build/fuzz/findings.
#
#   tests/fuzz/run.sh SECONDS [FUZZER…]      for so long each
#   tests/fuzz/run.sh --runs N [FUZZER…]     so many inputs each
set -euo pipefail
cd "$(dirname "$0")/../.."

case ${1:-} in
  --runs) limit=-runs=$2 && shift 2 ;;
  '' | *[!0-9]*) sed -n '2,6s/^# \{0,1\}//p' "$0" && exit 1 ;;
  *) limit=-max_total_time=$1 && shift ;;
esac
all=(ask_tell csv journal plugin_description space_json study_file)
fuzzers=("${@:-${all[@]}}")

cmake --preset fuzz > /dev/null
cmake --build --preset fuzz --target "${fuzzers[@]/%/_fuzzer}" | tail -1
# HDF5 keeps what it has allocated for the next file; an input of study_file may use up the time of several readers.
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1
code=0
for fuzzer in "${fuzzers[@]}"; do
  work=.build/fuzz/corpus/$fuzzer findings=.build/fuzz/findings/$fuzzer
  mkdir -p "$work" "$findings"
  .build/fuzz/bin/${fuzzer}_fuzzer "$limit" -timeout=60 -print_final_stats=1 \
    -artifact_prefix="$findings/" "$work" "tests/fuzz/corpus/$fuzzer" > "$work.log" 2>&1 || code=1
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work.log")
  printf '%-20s %12s executions, %s findings\n' "$fuzzer" "${executions:-?}" "$(find "$findings" -type f | wc -l)"
done
exit $code
